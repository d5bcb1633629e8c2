/** The requests that set breakpoints. */

import type { Arguments } from './arguments';
import type { Debuggee } from './debuggee';
import { exceptionFilters } from './exceptions';
import type { Handler } from './handler';

export function breakpointHandlers(debuggee: Debuggee): ReadonlyMap<string, Handler> {
  const { client, pass, program } = debuggee;
  let given = 0;

  const setBreakpoints = (request: Arguments): object => {
    const wanted = request.list('breakpoints').map((each) => ({
      id: ++given,
      wanted: {
        line: each.whole('line') - client.lineBase,
        condition: each.optionalText('condition'),
        hitCondition: each.optionalText('hitCondition'),
        logMessage: each.optionalText('logMessage'),
      },
    }));
    if (request.within('source').optionalText('path') !== program.path) {
      const message = `Only ${program.name} is being debugged.`;
      return { breakpoints: wanted.map(({ id }) => ({ id, verified: false, message, reason: 'failed' })) };
    }
    return { breakpoints: debuggee.setBreakpoints(wanted).map((each) => debuggee.describe(each)) };
  };
  const breakpointLocations = (request: Arguments): object => {
    const line = request.whole('line') - client.lineBase;
    const end = (request.optionalWhole('endLine') ?? request.whole('line')) - client.lineBase;
    const lines = debuggee.layerLines.filter((each) => each >= line && each <= end);
    return { breakpoints: lines.map((each) => ({ line: each + client.lineBase })) };
  };
  const setExceptionBreakpoints = (request: Arguments): object => {
    const options = request.list('filterOptions').map((each) => ({ id: each.text('filterId'), condition: each.optionalText('condition') }));
    const plain = request.texts('filters').map((id) => ({ id, condition: undefined }));
    const enabled = new Map<string, number | undefined>();
    const breakpoints = [...plain, ...options].map(({ id, condition }) => {
      const filter = exceptionFilters.find((each) => each.filter === id);
      if (!filter) return { verified: false, message: `There is no filter ${id}.` };
      const number = condition?.trim() ? Number(condition) : undefined;
      if (number !== undefined && !(number >= 0 && filter.conditionDescription !== undefined))
        return { verified: false, message: `The condition is ${filter.conditionDescription ?? 'left empty'}, and not ${condition ?? ''}.` };
      enabled.set(id, number);
      return { verified: true };
    });
    pass.filters = enabled;
    return { breakpoints };
  };
  return new Map<string, Handler>([
    ['setBreakpoints', setBreakpoints],
    ['breakpointLocations', breakpointLocations],
    ['setExceptionBreakpoints', setExceptionBreakpoints],
  ]);
}
