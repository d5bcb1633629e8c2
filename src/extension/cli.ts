/** The entry of the command line: Node, without vscode. */

import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ColumnChoice } from '../flow/spec';
import { check } from './cli/check';
import { encode, logprob, sample, trace, type PointsIn } from './cli/evaluate';
import { importFlow, layouts, readAnswers } from './cli/import-checkpoint';
import { Finding, UsageError, type Result } from './cli/result';
import { train } from './cli/train';

const help = `Usage: node cli.js COMMAND FILE [OPTIONS]

  check FLOW                              mistakes in a flow and its files, and layers that are not invertible
  train FLOW --out W.safetensors [--steps N]
                                          trains N steps more, or as many as the file says
  logprob FLOW --in POINTS --out RESULT   each point, log_prob in nats, and log_det
  encode FLOW --in POINTS --out RESULT    z of each point
  trace FLOW --in POINTS --out RESULT     each point at every stage, from x = stage K to z = stage 0, with each layer's log_det
  sample FLOW --count N --out RESULT [--seed S]
                                          draws of x
  import CKPT.safetensors --out FLOW.nflow [--layout ${layouts.join('|')}] [--golden GOLDEN.json] [--assume uHat=none …]
                                          a checkpoint of another library as a flow

Options
  --columns a,b     the columns of POINTS that are the coordinates, by name or number from 1
  --own-units       points are in the flow's own units, and its data file is not read
  --json            answers with one JSON object on the standard output
  --help            this text

A FLOW is evaluated in float64 with the file that its key "weights" names, or else with its initial values. POINTS are CSV, TSV, NPY, NPZ,
Parquet or JSON, a RESULT is CSV or NPY (float64, one row a point), each by the ending of its name.

Points are in the flow's own units. Where the flow learns from a data file, whose columns are standardised, x is in the units of that file
instead: in POINTS, in samples, and in log_prob and log_det, which count the standardisation in. The stages of trace are always the flow's
own. log_det is log|det| of the map z → x at the point: log_prob = log p(z) − log_det.

Exit status: 0 fine, 1 something was found to be wrong, 2 the command cannot be meant so.
`;

const text = { type: 'string' } as const;
const common = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
const ownUnits = { 'own-units': { type: 'boolean' } } as const;
const points = { in: text, out: text, columns: text, ...ownUnits } as const;

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

interface Command {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  run(file: string, values: Values): Promise<Result>;
}

const evaluated = (evaluate: (command: PointsIn) => Promise<Result>): Command => ({
  options: points,
  run: (flow, values) => {
    const columns = optional(values, 'columns')
      ?.split(',')
      .map((name) => columnOf(name.trim()));
    return evaluate({
      flow,
      in: required(values, 'in'),
      out: required(values, 'out'),
      ownUnits: values['own-units'] === true,
      ...(columns && { columns }),
    });
  },
});

const commands: Readonly<Record<string, Command>> = {
  check: { options: {}, run: check },
  train: {
    options: { steps: text, out: text },
    run: (flow, values) => {
      const steps = count(values, 'steps', 1);
      return train({ flow, out: required(values, 'out'), ...(steps !== undefined && { steps }) });
    },
  },
  logprob: evaluated(logprob),
  encode: evaluated(encode),
  trace: evaluated(trace),
  sample: {
    options: { count: text, seed: text, out: text, ...ownUnits },
    run: (flow, values) => {
      const seed = count(values, 'seed', 0);
      required(values, 'count');
      return sample({
        flow,
        count: count(values, 'count', 1) ?? 0,
        out: required(values, 'out'),
        ownUnits: values['own-units'] === true,
        ...(seed !== undefined && { seed }),
      });
    },
  },
  import: {
    options: { out: text, layout: text, golden: text, assume: { type: 'string', multiple: true } },
    run: (checkpoint, values) => {
      const [layout, golden] = [optional(values, 'layout'), optional(values, 'golden')];
      if (layout !== undefined && !layouts.some((name) => name.toLowerCase() === layout.toLowerCase()))
        throw new UsageError(`--layout is ${layout}: give ${layouts.join(', ')}.`);
      const answers = readAnswers(Array.isArray(values.assume) ? values.assume.map(String) : []);
      return importFlow({ checkpoint, out: required(values, 'out'), answers, ...(layout && { layout }), ...(golden && { golden }) });
    },
  },
};

function optional(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function required(values: Values, name: string): string {
  const value = optional(values, name);
  if (!value) throw new UsageError(`--${name} is missing.`);
  return value;
}

function count(values: Values, name: string, least: number): number | undefined {
  const written = optional(values, name);
  if (written === undefined) return undefined;
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= least && value <= 2 ** 32 - 1) return value;
  throw new UsageError(`--${name} is ${written}: give a whole number from ${least}.`);
}

const columnOf = (written: string): ColumnChoice => (/^\d+$/.test(written) ? Number(written) : written);

async function answer([name, ...rest]: readonly string[]): Promise<Result> {
  if (name === undefined || name === '--json')
    throw new UsageError(`A command is missing: give ${Object.keys(commands).join(', ')}, or --help.`);
  if (name === 'help' || name === '--help') return { lines: [help.trimEnd()], json: { help } };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}: give ${Object.keys(commands).join(', ')}, or --help.`);
  const { values, positionals } = parsed(rest, { ...command.options, ...common });
  if (values.help) return { lines: [help.trimEnd()], json: { help } };
  if (positionals.length !== 1) throw new UsageError(`${name} takes one file, and ${positionals.length} are given.`);
  return command.run(positionals[0], values);
}

function parsed(args: string[], options: NonNullable<ParseArgsConfig['options']>): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  try {
    const result = await answer(args);
    process.stdout.write(json ? `${JSON.stringify(result.json)}\n` : `${result.lines.join('\n')}\n`);
    process.exitCode = result.found ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Finding) && !(error instanceof UsageError)) throw error;
    if (json) process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
    else process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

void main(process.argv.slice(2));
