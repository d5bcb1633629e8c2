import { applied, setParameters } from '../document/edit';
import { parseFlow } from '../document/parse';
import { initialParameters, parameterSlots } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import type { FlowSession } from './session';

/**
 * A text that says what this flow is now: its training settings, and, unless it names a weights file for that, the parameters that its
 * layers begin from. Training rests, and goes on from here once this is the flow's text.
 * @throws RangeError where the text has a mistake, or would have one
 */
export async function writtenInto(text: string, session: FlowSession): Promise<string> {
  await session.open();
  session.pause();
  // The engine answers in order: by then it rests.
  await session.past.series('loss', 0, 0, 0);
  const { opened, parameters } = session;
  const written = session.text.writtenInto(text);
  return opened && parameters && session.text.parsed.weights === undefined ? writeParameters(written, opened.spec, parameters) : written;
}

/**
 * A text whose layers begin from these parameters. Only the layers whose parameters are not those that they begin from are written to.
 * @throws RangeError where the text would have a mistake then
 */
function writeParameters(text: string, spec: FlowSpec, parameters: Float32Array): string {
  const initial = Float32Array.from(initialParameters(spec));
  const slots = parameterSlots(spec).filter(({ offset, length }) =>
    parameters.subarray(offset, offset + length).some((value, i) => value !== initial[offset + i]),
  );
  const written = slots.reduce((before, { layer, name, offset, length }) => {
    const values = Array.from(parameters.subarray(offset, offset + length), shortest);
    return applied(before, setParameters(before, layer, { [name]: values }));
  }, text);
  const problem = parseFlow(written).problems.find(({ severity }) => severity === 'error');
  if (problem) throw new RangeError(problem.message);
  return written;
}

/** The number with the fewest digits that is this one in float32. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}
