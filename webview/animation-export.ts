/** Pictures one after the other as a file: GIF, or WebM as the browser records it. */

import { GIFEncoder, applyPalette, quantize } from 'gifenc';
import { rasterise } from './picture-export';

export interface Animation {
  readonly count: number;
  /** As SVG. */
  readonly pictureAt: (index: number) => Promise<string>;
  /** Told how many pictures are done; the answer no ends it there. */
  readonly goOn: (done: number) => boolean;
}

/** The longer side in pixels, and how long the pictures stay, and the last of them (ms). */
const longest = 640;
const delays = { each: 60, last: 900 };

const webm = { mimeType: 'video/webm', videoBitsPerSecond: 8e6 };

/** Hands one picture after the other to `add`; returns whether that came to its end. */
async function play(
  { count, pictureAt, goOn }: Animation,
  add: (picture: HTMLCanvasElement, stays: number) => void | Promise<void>,
): Promise<boolean> {
  for (let i = 0; i < count; i++) {
    if (!goOn(i)) return false;
    const picture = await rasterise(await pictureAt(i), (width, height) => Math.min(1, longest / Math.max(width, height)));
    await add(picture, i < count - 1 ? delays.each : delays.last);
  }
  return true;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser offers no 2D canvas.');
  return context;
}

/** Undefined where it was ended before its end. */
export async function animationAsGif(animation: Animation): Promise<Uint8Array | undefined> {
  const gif = GIFEncoder();
  const whole = await play(animation, (picture, delay) => {
    const { width, height } = picture;
    const pixels = contextOf(picture).getImageData(0, 0, width, height).data;
    const palette = quantize(pixels, 256);
    gif.writeFrame(applyPalette(pixels, palette), width, height, { palette, delay });
  });
  if (!whole) return undefined;
  gif.finish();
  return gif.bytes();
}

/**
 * Undefined where it was ended before its end. The recorder keeps real time, and stands still while the next picture is made.
 * @throws Error where the browser records no WebM.
 */
export async function animationAsWebm(animation: Animation): Promise<Uint8Array | undefined> {
  if (typeof MediaRecorder === 'undefined' || !MediaRecorder.isTypeSupported(webm.mimeType))
    throw new Error('No WebM can be recorded here. The animation can be exported as GIF.');
  let recording: Recording | undefined;
  const whole = await play(animation, async (picture, stays) => {
    recording ??= new Recording(picture.width, picture.height);
    await recording.add(picture, stays);
  });
  const bytes = await recording?.end();
  return whole ? bytes : undefined;
}

class Recording {
  private readonly canvas = document.createElement('canvas');
  private readonly recorder: MediaRecorder;
  private readonly track: CanvasCaptureMediaStreamTrack;
  private readonly recorded: Promise<Blob>;

  constructor(width: number, height: number) {
    [this.canvas.width, this.canvas.height] = [width, height];
    // Without a context there would be nothing to capture.
    contextOf(this.canvas);
    const stream = this.canvas.captureStream(0);
    [this.track] = stream.getVideoTracks() as CanvasCaptureMediaStreamTrack[];
    this.recorder = new MediaRecorder(stream, webm);
    const parts: Blob[] = [];
    this.recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    this.recorded = new Promise((resolve, reject) => {
      this.recorder.addEventListener('stop', () => resolve(new Blob(parts)));
      this.recorder.addEventListener('error', () => reject(new Error('The browser stopped recording.')));
    });
    this.recorder.start();
    this.recorder.pause();
  }

  async add(picture: HTMLCanvasElement, stays: number): Promise<void> {
    contextOf(this.canvas).drawImage(picture, 0, 0);
    this.recorder.resume();
    this.track.requestFrame();
    await new Promise((done) => setTimeout(done, stays));
    this.recorder.pause();
  }

  async end(): Promise<Uint8Array> {
    // A picture lasts until the next one, so the last needs one after it.
    this.recorder.resume();
    this.track.requestFrame();
    await new Promise((done) => setTimeout(done, delays.each));
    this.recorder.stop();
    const bytes = await (await this.recorded).arrayBuffer();
    this.track.stop();
    return new Uint8Array(bytes);
  }
}
