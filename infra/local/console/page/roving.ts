/** The buttons of a list are one stop of the Tab key: arrows, Home and End move among them. */

function buttonsOf(list: HTMLElement): HTMLButtonElement[] {
  return [...list.querySelectorAll('button')];
}

/** Puts one button into the order of the Tab key: this one, or the first. */
export function makeStop(list: HTMLElement, wanted: HTMLButtonElement | undefined): void {
  const buttons = buttonsOf(list);
  const stop = wanted ?? buttons[0];
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
}

/** @returns the button of the list that has the focus */
export function focusedButton(list: HTMLElement): HTMLButtonElement | undefined {
  return buttonsOf(list).find((button) => button === document.activeElement);
}

/** @param arrive called with the button that was moved to */
export function startMoving(list: HTMLElement, arrive: (button: HTMLButtonElement) => void): void {
  list.addEventListener('keydown', (event) => {
    const buttons = buttonsOf(list);
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    const next = at === -1 || to === undefined ? undefined : buttons[to];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    arrive(next);
  });
}
