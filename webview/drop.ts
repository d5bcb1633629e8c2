/** Files that are dropped onto a view: VS Code lets them through to it while Shift is held. */

import { html, show } from './element';
import { post } from './host';

/** What VS Code's own explorer and tabs give, in full; then what any program gives. */
const uriLists = ['application/vnd.code.uri-list', 'text/uri-list'];
/** As the extension reads no larger ones, they need not be sent. */
const largestFile = 32 * 2 ** 20;

const carriesFiles = ({ types }: DataTransfer): boolean => types.includes('Files') || uriLists.some((type) => types.includes(type));

/** Takes files that are dropped anywhere on the page. */
export function takeDrops(): void {
  const target = html(
    'div',
    { class: 'drop-target', hidden: true },
    html('p', {}, 'Drop a data file to learn from it, a .safetensors file for its weights, or a .nflow file to open it.'),
  );
  document.body.append(target);
  let depth = 0;
  const over = (change: number): void => {
    depth = Math.max(0, depth + change);
    show(target, depth > 0);
  };
  addEventListener('dragenter', (event) => {
    if (event.dataTransfer && carriesFiles(event.dataTransfer)) over(1);
  });
  addEventListener('dragleave', () => over(-1));
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('drop', (event) => {
    over(-depth);
    if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    void send(event.dataTransfer);
  });
}

/** A file of the operating system has no address here: its bytes go instead. */
async function send(data: DataTransfer): Promise<void> {
  const list = uriLists.map((type) => data.getData(type)).find((text) => text !== '') ?? '';
  const [uri] = list.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#')) as (string | undefined)[];
  const file = data.files.item(0);
  if (uri !== undefined) post({ type: 'drop', uri });
  else if (file) {
    const bytes = file.size <= largestFile ? new Uint8Array(await file.arrayBuffer()) : undefined;
    post({ type: 'drop', file: { name: file.name, ...(bytes && { bytes }) } });
  }
}
