/** What is on screen as a file: SVG or PNG. */

/** What the style sheets say of an SVG element, and the file must say itself. */
const inlined = [
  'display',
  'dominant-baseline',
  'fill',
  'fill-opacity',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'opacity',
  'paint-order',
  'stroke',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'stroke-width',
  'text-anchor',
] as const;

/** A box with an SVG, and perhaps a canvas beneath it, as one SVG; `definitions` holds the patterns and markers that it refers to. */
export function pictureAsSvg(box: Element, definitions: SVGSVGElement, background: string): string {
  const [canvas, drawn] = [box.querySelector('canvas'), box.querySelector(':scope > svg')];
  if (!drawn) throw new Error('There is no picture to export.');
  const { width, height } = drawn.getBoundingClientRect();
  const overlay = styled(drawn);
  for (const [name, value] of Object.entries({ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` }))
    overlay.setAttribute(name, String(value));
  const node = (name: string, attributes: Readonly<Record<string, string | number>>): SVGElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries({ width, height, ...attributes })) element.setAttribute(key, String(value));
    return element;
  };
  overlay.prepend(
    ...Array.from(definitions.children, styled),
    node('rect', { fill: background }),
    ...(canvas ? [node('image', { href: canvas.toDataURL('image/png') })] : []),
  );
  return new XMLSerializer().serializeToString(overlay);
}

/** A copy that looks the same without the style sheets. */
function styled(element: Element): Element {
  const copy = element.cloneNode(true) as Element;
  const originals = [element, ...element.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((part, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of inlined) part.setAttribute(name, style.getPropertyValue(name));
    part.removeAttribute('class');
  });
  return copy;
}

/** The SVG as pixels, `scale` of them to each of its own. */
export async function rasterise(text: string, scale: (width: number, height: number) => number): Promise<HTMLCanvasElement> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const factor = scale(image.width, image.height);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(image.width * factor), Math.round(image.height * factor)];
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function svgAsPng(text: string): Promise<Uint8Array> {
  const canvas = await rasterise(text, () => window.devicePixelRatio || 1);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('The picture is too large to be written as PNG.');
  return new Uint8Array(await blob.arrayBuffer());
}
