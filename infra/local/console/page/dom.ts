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
 * Shows one element for each item, in order, and keeps those that are there already: what has the focus keeps it, also where its
 * item has changed or has moved.
 * @param make a fresh element for an item that is new or has changed; given the one that it replaces
 */
export function keyed<Item>(
  list: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item, before: Element | undefined) => HTMLElement,
): void {
  const giveBack = rememberFocus(list);
  const there = new Map([...list.children].map((child) => [child.getAttribute('data-key'), child]));
  const wanted = items.map((item) => {
    const key = `${keyOf(item)} ${JSON.stringify(item)}`;
    const kept = there.get(key);
    if (kept !== undefined) return kept;
    const made = make(item, childOf(list, keyOf(item)));
    made.setAttribute('data-key', key);
    made.setAttribute('data-item', keyOf(item));
    return made;
  });
  const isWanted = new Set<Element>(wanted);
  // First: what is in the way would have all behind it moved.
  for (const child of there.values()) if (!isWanted.has(child)) child.remove();
  for (const [index, element] of wanted.entries()) {
    const present = list.children[index];
    if (present !== element) list.insertBefore(element, present ?? null);
  }
  giveBack();
}

function childOf(list: Element, item: string | null): Element | undefined {
  return [...list.children].find((child) => child.getAttribute('data-item') === item);
}

/** An element that is moved or replaced loses the focus. @returns what gives it back to the same place of the same item */
function rememberFocus(list: Element): () => void {
  const had = document.activeElement;
  const child = [...list.children].find((each) => had !== null && each.contains(had));
  if (had === null || child === undefined) return () => undefined;
  const item = child.getAttribute('data-item');
  const at = [...child.querySelectorAll(FOCUSABLE)].indexOf(had);
  return () => {
    if (document.activeElement === had) return;
    const next = childOf(list, item)?.querySelectorAll<HTMLElement>(FOCUSABLE)[at];
    next?.focus({ preventScroll: true });
  };
}

const FOCUSABLE = 'button, summary';
