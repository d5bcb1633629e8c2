/** The few icons that the views need, drawn on a 16 × 16 field in the current colour. */

import { svg } from '../element';

const paths = {
  play: 'M4.5 3v10l8.5-5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  reset: 'M8 2.5a5.5 5.5 0 1 1-5.2 3.7l1.4.5A4 4 0 1 0 8 4v2.4L4.6 3.2 8 0z',
  stepZToX: 'M4 3.2 10.4 8 4 12.8zM11 3h1.6v10H11z',
  stepXToZ: 'M12 3.2 5.6 8l6.4 4.8zM5 3H3.4v10H5z',
  runToX: 'M2 3.2 7.6 8 2 12.8zM7.6 3.2 13.2 8l-5.6 4.8zM13 3h1.6v10H13z',
  runToZ: 'M14 3.2 8.4 8l5.6 4.8zM8.4 3.2 2.8 8l5.6 4.8zM3 3H1.4v10H3z',
  fit: 'M2 6V2h4v1.4H3.4V6zM10 2h4v4h-1.4V3.4H10zM2 10h1.4v2.6H6V14H2zm10.6 0H14v4h-4v-1.4h2.6z',
  warning: 'M8 1.5 15.2 14H.8zM7.3 6v4h1.4V6zm0 5v1.4h1.4V11z',
  fold: 'M8 .8 15.2 8 8 15.2.8 8zM5.6 4.6 4.6 5.6 7 8l-2.4 2.4 1 1L8 9l2.4 2.4 1-1L9 8l2.4-2.4-1-1L8 7z',
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('path', { d: paths[name], 'fill-rule': 'evenodd' }),
  );
}
