/** The colours and fonts of the editor's theme, as the canvases need them: read from VS Code's CSS variables and mixed into maps. */

import { hcl, interpolateLab, interpolateViridis, lab, rgb } from 'd3';

export interface Theme {
  readonly dark: boolean;
  readonly highContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly font: string;
  /** Of the map's two ends: space was spread out, space was pressed together. */
  readonly sparse: string;
  readonly dense: string;
  readonly warning: string;
  readonly error: string;
  readonly probe: string;
  /** For −1 … 1, the editor's background in the middle: for areas. */
  readonly divergingFill: readonly string[];
  /** The same, but a line of determinant 1 can still be seen. */
  readonly divergingLine: readonly string[];
  /** Viridis, its sparse end next to the background: 0 … 1. */
  density(t: number): string;
}

/** How many steps the diverging map has; odd, so that 0 has one of its own. */
export const divergingSteps = 33;

function hueDistance(a: string, b: string): number {
  const difference = Math.abs(hcl(a).h - hcl(b).h) % 360;
  return Number.isNaN(difference) ? 0 : Math.min(difference, 360 - difference);
}

function diverging(low: string, middle: string, high: string): string[] {
  const [below, above] = [interpolateLab(low, middle), interpolateLab(middle, high)];
  return Array.from({ length: divergingSteps }, (_, i) => {
    const t = (2 * i) / (divergingSteps - 1);
    return t <= 1 ? below(t) : above(t - 1);
  });
}

/** Reads the theme that the document stands in now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const first = (...names: string[]): string => {
    const value = names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((text) => text !== '');
    return value ?? style.color;
  };
  // A view in the side bar sets `--surface` to the side bar's colour.
  const background = rgb(style.backgroundColor).opacity > 0 ? style.backgroundColor : first('editor-background');
  const foreground = first('editor-foreground', 'foreground');
  const sparse = first('charts-blue', 'editorInfo-foreground');
  // In one of VS Code's own themes "orange" is a blue: take the first warm colour that stands well apart.
  const dense =
    ['charts-orange', 'charts-yellow', 'charts-red'].map((name) => first(name)).find((colour) => hueDistance(colour, sparse) > 60) ??
    foreground;
  const dark = lab(background).l < 50;
  const faint = interpolateLab(background, foreground)(0.3);
  return {
    dark,
    highContrast: document.body.classList.contains('vscode-high-contrast'),
    background,
    foreground,
    muted: interpolateLab(background, foreground)(0.65),
    font: first('font-family'),
    sparse,
    dense,
    warning: first('charts-yellow', 'editorWarning-foreground'),
    error: first('charts-red', 'editorError-foreground', 'errorForeground'),
    probe: first('charts-purple', 'focusBorder'),
    divergingFill: diverging(dense, background, sparse),
    divergingLine: diverging(dense, faint, sparse),
    density: (t) => interpolateViridis(dark ? t : 1 - t),
  };
}

/** Calls back when the person changes the theme. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
