import { button } from './dom.ts';

const THEMES = ['system', 'light', 'dark'] as const;
const KEPT_AS = 'theme';

/** The system's colours unless somebody wants others. @param onChange called when colours have changed */
export function startTheme(onChange: () => void): void {
  let theme = kept();
  const show = (): void => {
    toggle.textContent = `Theme: ${theme}`;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    onChange();
  };
  const toggle = button('theme', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    keep(theme);
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  show();
}

type Theme = (typeof THEMES)[number];

/** A browser may be told to keep nothing: then the choice lasts as long as the page. */
function kept(): Theme {
  try {
    return THEMES.find((known) => known === localStorage.getItem(KEPT_AS)) ?? 'system';
  } catch {
    return 'system';
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(KEPT_AS, theme);
  } catch {
    // See above.
  }
}
