/** The requests that set breakpoints. */

import type { Arguments } from './arguments';
import { parameterAt } from './assign';
import type { Debuggee } from './debuggee';
import { exceptionFilters } from './exceptions';
import { Absent } from './expression/value';
import type { Handler } from './handler';
import type { DataBreakpoint } from './training-watch';

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
    return { breakpoints: debuggee.setBreakpoints(wanted).map((each) => debuggee.reports.describe(each, debuggee.layerLines)) };
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
      const { label, conditionDescription, least } = filter;
      if (number !== undefined && conditionDescription === undefined)
        return { verified: false, message: `${label} takes no condition: leave it empty.` };
      if (number !== undefined && !(Number.isFinite(number) && number >= least))
        return { verified: false, message: `${label} cannot take the condition ${condition ?? ''}. ${conditionDescription ?? ''}.` };
      enabled.set(id, number);
      return { verified: true };
    });
    debuggee.setFilters(enabled);
    return { breakpoints };
  };
  const dataBreakpointInfo = (request: Arguments): object => {
    const reference = request.optionalWhole('variablesReference');
    const name = request.text('name');
    const line = reference === undefined ? undefined : debuggee.variables.line(reference, name);
    const expression = line ? line.expression : name;
    const place = pass.placeAt(undefined);
    const parameter = expression !== undefined && parameterAt(place, expression);
    if (!parameter) return { dataId: null, description: `${name} is no parameter of a layer, so training does not change it.` };
    if (parameter instanceof Absent) return { dataId: null, description: parameter.reason };
    const { name: dataId } = parameter;
    const description = `${dataId} changes by more than Δ (the condition, a number)`;
    return { dataId, description, accessTypes: ['write'], canPersist: true };
  };
  const setDataBreakpoints = (request: Arguments): object => {
    const set: DataBreakpoint[] = [];
    const breakpoints = request.list('breakpoints').map((each) => {
      const id = ++given;
      const parameter = parameterAt(pass.placeAt(undefined), each.text('dataId'));
      if (!parameter) return { id, verified: false, message: `There is no parameter ${each.text('dataId')} in this flow.` };
      if (parameter instanceof Absent) return { id, verified: false, message: parameter.reason };
      const condition = each.optionalText('condition')?.trim();
      const delta = condition ? Number(condition) : 0;
      if (!(delta >= 0)) return { id, verified: false, message: `The condition is Δ, a number such as 0.1, and not ${condition ?? ''}.` };
      const { name: expression, offset, length } = parameter;
      set.push({ id, expression, offset, length, delta });
      return { id, verified: true };
    });
    debuggee.watch.set({ data: set });
    return { breakpoints };
  };

  return new Map<string, Handler>([
    ['dataBreakpointInfo', dataBreakpointInfo],
    ['setDataBreakpoints', setDataBreakpoints],
    ['setBreakpoints', setBreakpoints],
    ['breakpointLocations', breakpointLocations],
    ['setExceptionBreakpoints', setExceptionBreakpoints],
  ]);
}
