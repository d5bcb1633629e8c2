import type { Opened } from '../session/opened';
import type { FlowSession } from '../session/session';

/** Milliseconds without an edit after which a person is told what their edits came to: not of every letter. */
const quiet = 500;

/** Says what becomes of the session when its text is edited: lines that move, values that change, mistakes. */
export class EditNotes {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private mistake: string | undefined;

  /** @param before what the text described when it was last spoken of. */
  constructor(
    private readonly session: FlowSession,
    private before: Opened,
    private readonly lineOf: (offset: number) => number,
    private readonly say: (sentence: string) => void,
  ) {}

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** The pass begins with this flow, or was said to. */
  begin(opened: Opened): void {
    this.before = opened;
  }

  /** The text was edited. */
  edited(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.session.open().then(() => this.tell()), quiet);
  }

  private tell(): void {
    const { before, session, mistake } = this;
    const { opened, note } = session;
    const problem = session.problems.find(({ severity }) => severity === 'error');
    this.mistake = problem && `Line ${this.lineOf(problem.start)}: ${problem.message}`;
    if (this.mistake !== undefined && this.mistake !== mistake)
      this.say(`The text has a mistake, so the flow stays as it was. ${this.mistake}`);
    if (mistake !== undefined && !problem) this.say('The mistake in the text is mended.');
    if (!opened) return;
    this.before = opened;
    if (opened.layerLines.join() !== before.layerLines.join())
      this.say('Lines were moved: the breakpoints and the frames went along, and the pass stays where it is.');
    const changed = opened.spec.layers.flatMap(({ initial }, k) =>
      JSON.stringify(initial) === JSON.stringify(before.spec.layers.at(k)?.initial) ? [] : [k + 1],
    );
    if (changed.length === 0 || problem) return;
    const layers = changed.length === 1 ? `layer ${changed[0]}` : `layers ${changed.join(', ')}`;
    this.say(
      [`The text was given other values for ${layers}, and the pass goes on with them.`, ...(note === undefined ? [] : [note])].join(' '),
    );
  }
}
