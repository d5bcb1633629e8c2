/** The only place that knows the Webview UI Toolkit. */

import './nonce';

import { provideVSCodeDesignSystem, vsCodeButton, vsCodeDivider, vsCodeProgressRing, type Button } from '@vscode/webview-ui-toolkit';
import { update } from '../element';
import { icon, type IconName } from './icons';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDivider(), vsCodeProgressRing());

export interface ButtonLook {
  readonly icon?: IconName;
  /** Without a label the button is an icon and its tooltip is its name. */
  readonly label?: string;
  readonly tooltip: string;
  readonly primary?: boolean;
}

export interface UiButton {
  readonly element: HTMLElement;
  look(look: ButtonLook): void;
  enable(enabled: boolean): void;
}

/** A button; `run` is called on a click, Enter or Space. */
export function button(look: ButtonLook, run: () => void): UiButton {
  const element = document.createElement('vscode-button') as Button;
  let shown = '';
  const result: UiButton = {
    element,
    look: (next) => {
      const key = JSON.stringify(next);
      if (key === shown) return;
      shown = key;
      const appearance = next.label === undefined ? 'icon' : next.primary === true ? 'primary' : 'secondary';
      update(element, { appearance, title: next.tooltip, 'aria-label': next.label ?? next.tooltip });
      const image = next.icon === undefined ? [] : [icon(next.icon)];
      if (next.label !== undefined) image.forEach((i) => i.setAttribute('slot', 'start'));
      element.replaceChildren(...image, next.label ?? '');
    },
    enable: (enabled) => element.toggleAttribute('disabled', !enabled),
  };
  result.look(look);
  element.addEventListener('click', run);
  return result;
}

export function divider(): HTMLElement {
  const element = document.createElement('vscode-divider');
  element.setAttribute('aria-hidden', 'true');
  return element;
}

/** An indeterminate progress ring, hidden from screen readers: the text beside it says what is going on. */
export function progressRing(): HTMLElement {
  const element = document.createElement('vscode-progress-ring');
  element.setAttribute('aria-hidden', 'true');
  return element;
}
