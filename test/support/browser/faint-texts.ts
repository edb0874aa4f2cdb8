/** Runs in the page: contrast by WCAG 2.2 of every text that is seen, with the colours as the browser has worked them out. */

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const LEAST_CONTRAST = 4.5;

const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const known = new Map<string, Colour>();

/** @returns each text that is too faint, after its contrast */
export function faintTexts(): string[] {
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const { text, colour } = said(element);
    if (text === '' || !isSeen(element)) return [];
    const contrast = contrastOf(colourOf(colour), groundOf(element));
    return contrast >= LEAST_CONTRAST ? [] : [`${contrast.toFixed(2)} ${element.tagName} ${text.slice(0, 40)}`];
  });
}

/** An empty field says what belongs into it. */
function said(element: Element): { readonly text: string; readonly colour: string } {
  const isEmpty = element instanceof HTMLInputElement && element.value === '';
  const { color } = getComputedStyle(element, isEmpty ? '::placeholder' : '');
  return { text: isEmpty ? element.placeholder : ownText(element), colour: color };
}

function ownText(element: Element): string {
  const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
  return texts
    .map(({ textContent }) => textContent)
    .join('')
    .trim();
}

/** What is disabled may be faint, by the same rules. */
function isSeen(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled, .sr, .skip');
}

/** Any colour that CSS can say, as the canvas paints it. */
function colourOf(css: string): Colour {
  const before = known.get(css);
  if (before !== undefined) return before;
  if (canvas === null) throw new Error('This browser has no canvas.');
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = css;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
  const colour: Colour = [red, green, blue, alpha];
  known.set(css, colour);
  return colour;
}

function groundOf(element: Element): Colour {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = colourOf(getComputedStyle(at).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
}

function contrastOf(a: Colour, b: Colour): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(part: number): number {
  const value = part / 255;
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
