import { applied, setTraining, type TrainingSetting } from '../document/edit';
import { parseFlow, type ParsedFlow } from '../document/parse';
import { initialParameters } from '../flow/flow';
import type { Opened } from './opened';
import { shapeOf, structureOf } from './snapshot';

/**
 * What the flow's text says, and what was set beside it: settings of training that hold until the text itself gives training other ones.
 */
export class FlowText {
  private readonly beside = new Map<TrainingSetting, number | string>();
  private text = '';
  private own: string | undefined;
  private read: ParsedFlow = { problems: [], layerLines: [] };

  /** @param onChange is called when there is something else to read; what it returns is awaited. */
  constructor(private readonly onChange: () => Promise<void>) {}

  /** As it was written. */
  get source(): string {
    return this.text;
  }

  /** Its flow has the settings that were set beside the text; everything else is the text's. */
  get parsed(): ParsedFlow {
    return this.read;
  }

  set(text: string): Promise<void> {
    this.text = text;
    this.read = parseFlow(text);
    if (this.read.spec) {
      const { training, objective } = this.read.spec;
      const own = JSON.stringify([training, objective]);
      if (own !== this.own) this.beside.clear();
      this.own = own;
    }
    return this.changed();
  }

  /**
   * Gives training another setting, running or not, and leaves the text alone.
   * @throws RangeError with what would be right, for a value that it cannot take.
   */
  async setTraining(key: TrainingSetting, value: number | string): Promise<void> {
    const { problems } = parseFlow(applied(this.text, setTraining(this.text, key, value)));
    const problem = problems.find(({ severity }) => severity === 'error');
    if (problem) throw new RangeError(problem.message);
    this.beside.set(key, value);
    await this.changed();
  }

  /** A text with these settings written into it. */
  writtenInto(text: string): string {
    return [...this.beside].reduce((written, [key, value]) => applied(written, setTraining(written, key, value)), text);
  }

  /** Whether it describes anything else than `other`. Once trained, a flow's own parameters count, and not what its weights file has. */
  differsFrom(other: ParsedFlow, isTrained: boolean): boolean {
    const { spec, data, weights } = this.read;
    if (JSON.stringify(spec) !== JSON.stringify(other.spec) || data?.path !== other.data?.path) return true;
    return !isTrained && weights?.path !== other.weights?.path;
  }

  /** Whether it changes nothing but how the flow is trained, or writes down the parameters that it has. */
  continues(flow: Opened, other: ParsedFlow, parameters: Float32Array | undefined): boolean {
    const { spec, data, weights } = this.read;
    if (!spec || data?.path !== flow.data?.path || weights?.path !== other.weights?.path) return false;
    if (shapeOf(spec) === shapeOf(flow.spec)) return true;
    if (!parameters || structureOf(spec) !== structureOf(flow.spec)) return false;
    return Float32Array.from(initialParameters(spec)).every((value, i) => value === parameters[i]);
  }

  private changed(): Promise<void> {
    const { spec } = this.beside.size > 0 && this.read.spec ? parseFlow(this.writtenInto(this.text)) : this.read;
    this.read = { ...this.read, ...(spec && { spec }) };
    return this.onChange();
  }
}
