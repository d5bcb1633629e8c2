import type { NamedFile, ParsedFlow, Problem } from '../document/parse';
import { counted } from '../document/sentences';
import { decodeWeights } from '../document/weights';
import type { FlowSpec } from '../flow/spec';
import type { FromEngine } from '../training/messages';
import type { Environment } from './environment';

/** What is wrong with a file that the text names. It is shown wherever the text names that file now. */
interface FileProblem extends Pick<Problem, 'severity' | 'message'> {
  readonly of: 'data' | 'weights';
}

/** An attempt to start over with another flow: reads the files that it names, and keeps what it found wrong with them. */
export class Attempt {
  private readonly found: FileProblem[] = [];

  constructor(private readonly environment: Environment) {}

  /** The problems, where this text names the files that they are of. */
  problemsIn(text: ParsedFlow): Problem[] {
    return this.found.flatMap(({ of, severity, message }) => {
      const file = text[of];
      return file ? [{ start: file.start, end: file.end, severity, message }] : [];
    });
  }

  readData(file: NamedFile): Promise<Uint8Array | undefined> {
    return this.read(file, 'data', 'error');
  }

  /** The flow's parameters from a weights file, which it can do without. */
  async readWeights(file: NamedFile, spec: FlowSpec): Promise<Float32Array | undefined> {
    const bytes = await this.read(file, 'weights', 'warning');
    const weights = bytes && decodeWeights(spec, bytes);
    if (weights === undefined || weights instanceof Float32Array) return weights;
    this.found.push({ of: 'weights', severity: 'warning', message: weights.message });
    return undefined;
  }

  /** What the engine said when it was given the data file: that it cannot be used, or that rows of it are not learned from. */
  judgeData({ path }: NamedFile, answer: FromEngine): void {
    if (answer.type === 'data-problem') {
      const { line, message } = answer.problem;
      this.found.push({ of: 'data', severity: 'error', message: `${path}, line ${line}: ${message}` });
    }
    const leftOut = answer.type === 'configured' ? (answer.table?.leftOut ?? 0) : 0;
    if (leftOut > 0) {
      const message = `${path}: ${counted(leftOut, 'row')} without a value in every column ${leftOut === 1 ? 'is' : 'are'} left out.`;
      this.found.push({ of: 'data', severity: 'warning', message });
    }
  }

  private async read(file: NamedFile, of: FileProblem['of'], severity: Problem['severity']): Promise<Uint8Array | undefined> {
    try {
      return await this.environment.readFile(file.path);
    } catch (error) {
      this.found.push({ of, severity, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }
}
