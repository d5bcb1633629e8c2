// One of the built webviews in a plain page, under the content security policy of the real one, with a stub in place of VS Code.
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { pack } from '../../src/protocol/pack';
import type { Density, Ellipses, FlowState, Frame, FromView, Target } from '../../src/protocol/messages';
import { themes, type ThemeName } from './themes';
import { policyAt, siteFile } from './view-site';

const origin = 'https://view.test/';

export interface ViewOptions {
  readonly view?: 'flow-view' | 'sidebar';
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** Time stands still but for what the test lets pass. */
  readonly clock?: boolean;
  /** What an earlier page of the same view saved. */
  readonly saved?: unknown;
}

interface Stub {
  posted: FromView[];
  saved: unknown;
  violations: string[];
}
declare const stub: Stub;

export class ViewPage {
  private readonly errors: Error[] = [];

  private constructor(
    readonly page: Page,
    private readonly clock: boolean,
  ) {}

  static async open(browser: Browser, options: ViewOptions = {}): Promise<ViewPage> {
    const { view: name = 'flow-view', theme = 'dark', width = 1280, height = 800, reducedMotion = false, clock = false, saved } = options;
    const page = await browser.newPage({ viewport: { width, height }, reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
    const stub = `const stub = window.view = { posted: [], saved: ${JSON.stringify(saved)}, violations: [] };
      addEventListener('securitypolicyviolation', (e) => stub.violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
      function acquireVsCodeApi() {
        return { postMessage: (m) => stub.posted.push(m), getState: () => stub.saved, setState: (s) => { stub.saved = s; } };
      }`;
    await page.route('**', async (route) => {
      const file = siteFile({ view: name, theme, stub }, route.request().url().slice(origin.length));
      return route.fulfill(file ? { ...file, headers: { 'content-security-policy': policyAt(origin) } } : { status: 404 });
    });
    const view = new ViewPage(page, clock);
    page.on('pageerror', (error) => view.errors.push(error));
    if (clock) await page.clock.install();
    await page.goto(origin);
    if (clock) await page.clock.pauseAt(new Date(Date.now() + 1000));
    return view;
  }

  async state(state: FlowState | undefined): Promise<void> {
    await this.page.evaluate((it) => window.postMessage({ type: 'state', state: it }), state);
    await this.settle();
  }

  async frame(frame: Frame): Promise<void> {
    await this.packed('frame', pack(frame));
  }

  async target(target: Target): Promise<void> {
    await this.packed('target', pack(target));
  }

  async density(density: Density): Promise<void> {
    await this.packed('density', pack(density));
  }

  async ellipses(ellipses: Ellipses): Promise<void> {
    await this.packed('ellipses', pack(ellipses));
  }

  async pinned(frame: Frame): Promise<void> {
    await this.packed('pinned', pack(frame));
  }

  private async packed(type: 'frame' | 'pinned' | 'target' | 'density' | 'ellipses', packed: ArrayBuffer): Promise<void> {
    const text = Buffer.from(packed).toString('base64');
    await this.page.evaluate(
      ([kind, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        window.postMessage({ type: kind, packed: bytes.buffer });
      },
      [type, text] as const,
    );
    await this.settle();
  }

  /** Waits until what was posted has been drawn. */
  async settle(): Promise<void> {
    if (this.clock) {
      // A message is delivered outside the stopped clock; two frames of its time then draw it.
      await this.page.evaluate(() => undefined);
      await this.page.clock.runFor(40);
    } else {
      await this.page.evaluate(
        () => new Promise<void>((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())), 0)),
      );
    }
  }

  /** What the view has posted since this was last called. */
  takePosted(): Promise<FromView[]> {
    return this.page.evaluate(() => stub.posted.splice(0));
  }

  saved(): Promise<unknown> {
    return this.page.evaluate(() => stub.saved);
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => stub.violations);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
    await this.settle();
  }

  async changeTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(
      ([kind, variables]) => {
        for (const [name, value] of variables) document.documentElement.style.setProperty(`--vscode-${name}`, value);
        document.body.className = kind;
      },
      [themes[theme].kind, Object.entries(themes[theme].colours)] as const,
    );
    await this.settle();
  }

  async box(selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.page.locator(selector).boundingBox();
    if (box === null) throw new Error(`${selector} is not shown.`);
    return box;
  }

  /** How the plane is laid on its picture, read off the ticks of its axes: px = left + scale·x, py = top − scale·y. */
  projection(): Promise<{ scale: number; left: number; top: number }> {
    return this.page.evaluate(() => {
      const [across, up] = Array.from(document.querySelectorAll('.plane .axis'), (axis) =>
        Array.from(axis.querySelectorAll('.tick'), (tick) => {
          const [x, y = '0'] = (tick.getAttribute('transform') ?? '').match(/-?[\d.]+/g) ?? [];
          return { value: Number(tick.textContent?.replace('−', '-')), x: Number(x) - 0.5, y: Number(y) - 0.5 };
        }),
      );
      const [first, last] = [across[0], across[across.length - 1]];
      const scale = (last.x - first.x) / (last.value - first.value);
      return { scale, left: first.x - scale * first.value, top: up[0].y + scale * up[0].value };
    });
  }

  /** Red, green, blue and opacity, 0 … 255, of the most opaque pixel within two pixels of a point of a canvas. */
  colourAt(canvas: string, x: number, y: number): Promise<number[]> {
    return this.page.locator(canvas).evaluate(
      (element: HTMLCanvasElement, at) => {
        const pixels = element.getContext('2d')?.getImageData(Math.round(at.x) - 2, Math.round(at.y) - 2, 5, 5).data ?? [];
        const colours = Array.from({ length: pixels.length / 4 }, (_, i) => Array.from(pixels.slice(4 * i, 4 * i + 4)));
        return colours.reduce((most, colour) => (colour[3] > most[3] ? colour : most));
      },
      { x, y },
    );
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({
      path: path.resolve('test-results/e2e/pictures', `${name.replaceAll(' ', '-').replaceAll(',', '')}.png`),
      fullPage: true,
    });
  }

  /** Closes the page; throws what it has thrown. */
  async close(): Promise<void> {
    await this.page.close();
    if (this.errors.length > 0) throw this.errors[0];
  }
}
