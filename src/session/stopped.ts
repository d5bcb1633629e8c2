import type { NotFinite } from '../training/messages';

/** One sentence on why training stopped; `layerLines` are the 0-based lines of the layers. */
export function describeNotFinite({ step, layer, particle, quantity }: NotFinite, layerLines: readonly number[]): string {
  const line = layerLines[layer];
  const where = layer >= 0 ? ` of layer ${layer + 1}${line === undefined ? '' : ` (line ${line + 1})`}` : '';
  const who = particle >= 0 ? ` for particle ${particle}` : '';
  return `Training stopped at step ${step}: the ${quantity}${where} is not finite${who}. The parameters before that step are kept; a lower learningRate usually helps.`;
}

/** One sentence on why training stopped early. */
export function describeNoImprovement(step: number, since: number, judgedBy: 'held-out' | 'loss'): string {
  const what = judgedBy === 'held-out' ? 'held-out likelihood' : 'loss';
  return `Training stopped at step ${step}: the ${what} has not improved since step ${since}.`;
}

/** Why training is not where it was: the text has another flow, or other `values` for its layers to begin from. */
export function describeEdited(before: number, values: number | undefined): string {
  if (values !== undefined) {
    const edited = values === 1 ? 'An initial value was' : 'Initial values were';
    const trained = values === 1 ? 'the trained value, set it' : 'trained values, set them';
    return `${edited} edited, so training begins at step 0; undo to be back at step ${before}. To change ${trained} in Variables or the console.`;
  }
  return `The file was edited into another flow, so training begins at step 0; undo the edit to be back at step ${before}.`;
}

/** Why training does not begin where the flow has no objective. */
export const withoutObjective =
  'This flow has no objective, so it can be looked at, stepped and debugged, and not trained: add an objective to train it.';

/** Why training does not begin where the formulas run against the direction that the objective trains. */
export const againstDirection =
  'The formulas of this flow run against the direction that its objective trains, so it can only be looked at: forward-kl trains x → z, reverse-kl z → x.';
