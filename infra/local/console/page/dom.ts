/** Everything that is shown goes through text nodes: no text ever becomes markup. */

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Makes an element. A true attribute stands without a value, a false or absent one not at all. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A part of index.html. @throws Error where the two do not fit each other */
export function part<Kind extends Element>(kind: new () => Kind, id: string): Kind {
  const found = document.querySelector(`#${id}`);
  if (found instanceof kind) return found;
  throw new Error(`index.html has no #${id} of this kind.`);
}

export function button(id: string, press: () => void): HTMLButtonElement {
  const found = part(HTMLButtonElement, id);
  found.addEventListener('click', press);
  return found;
}

/**
 * Shows one element for each item, in order, and keeps those that are there already: what has the focus keeps it.
 * @param make a fresh element for an item that is new or has changed
 */
export function keyed<Item>(
  list: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item) => HTMLElement,
): void {
  const there = new Map([...list.children].map((child) => [child.getAttribute('data-key'), child]));
  const wanted = items.map((item) => {
    const key = `${keyOf(item)} ${JSON.stringify(item)}`;
    const kept = there.get(key);
    if (kept !== undefined) return kept;
    const made = make(item);
    made.setAttribute('data-key', key);
    return made;
  });
  for (const [index, element] of wanted.entries()) {
    const present = list.children[index];
    if (present !== element) list.insertBefore(element, present ?? null);
  }
  while (list.children.length > wanted.length) list.lastElementChild?.remove();
}
