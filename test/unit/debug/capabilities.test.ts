// Whatever the adapter claims in `initialize`, some recorded conversation shows at work; and it claims whatever it answers.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { capabilities } from '../../../src/debug/capabilities';

const folder = path.resolve('test/fixtures/debug/transcripts');
const transcripts = readdirSync(folder)
  .filter((name) => name !== 'initialize.txt')
  .map((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'));

/** Whether some request of this kind, with this in it, was answered and not refused. */
function isShown(command: string, holding: RegExp | string = ''): boolean {
  return transcripts.some((lines) =>
    lines.some(
      (line, i) =>
        new RegExp(`^> ${command}\\b`).test(line) && line.search(holding) >= 0 && (lines[i + 1] ?? '').startsWith(`< ${command}`),
    ),
  );
}

/** A claim, and the request that it is about. */
const shown: Readonly<Record<string, () => boolean>> = {
  supportsConfigurationDoneRequest: () => isShown('configurationDone'),
  supportsConditionalBreakpoints: () => isShown('setBreakpoints', 'condition:'),
  supportsHitConditionalBreakpoints: () => isShown('setBreakpoints', 'hitCondition:'),
  supportsLogPoints: () => isShown('setBreakpoints', 'logMessage:'),
  supportsBreakpointLocationsRequest: () => isShown('breakpointLocations'),
  supportsEvaluateForHovers: () => isShown('evaluate', 'context: hover'),
  supportsClipboardContext: () => isShown('evaluate', 'context: clipboard'),
  supportsCompletionsRequest: () => isShown('completions'),
  completionTriggerCharacters: () => isShown('completions', /text: "?\w+\./),
  supportsExceptionFilterOptions: () => isShown('setExceptionBreakpoints', 'filterOptions:'),
  supportsExceptionInfoRequest: () => isShown('exceptionInfo'),
  supportsDataBreakpoints: () => isShown('dataBreakpointInfo') && isShown('setDataBreakpoints', 'dataId:'),
  supportsStepBack: () => isShown('stepBack', 'threadId: 1') && isShown('stepBack', 'threadId: 2') && isShown('reverseContinue'),
  supportsRestartRequest: () => isShown('restart'),
  supportsRestartFrame: () => isShown('restartFrame'),
  supportsGotoTargetsRequest: () => isShown('gotoTargets') && isShown('goto'),
  supportsLoadedSourcesRequest: () => isShown('loadedSources'),
  supportsSetVariable: () => isShown('setVariable'),
  supportsSetExpression: () => isShown('setExpression'),
};

/** Requests that every adapter answers. */
const basic = ['continue', 'disconnect', 'launch', 'next', 'pause', 'scopes', 'stackTrace', 'stepIn', 'stepOut', 'threads', 'variables'];

describe('what the adapter claims', () => {
  for (const claim of Object.keys(capabilities).filter((name) => name !== 'exceptionBreakpointFilters')) {
    it(`${claim} is shown by a transcript`, () => {
      assert.ok(shown[claim], 'nothing says what would show it');
      assert.ok(shown[claim]());
    });
  }

  it('every basic request is shown by a transcript', () => {
    assert.deepEqual(
      basic.filter((command) => !isShown(command) && !transcripts.some((lines) => lines.some((line) => line.startsWith(`< ${command}`)))),
      [],
    );
  });

  for (const { filter } of capabilities.exceptionBreakpointFilters ?? []) {
    it(`the exception widget is shown for ${filter}, with a layer or a step, and what to try`, () => {
      const descriptions = transcripts.flatMap((lines) =>
        lines.flatMap((line, i) => (line === `    exceptionId: ${filter}` ? [lines[i + 1]] : [])),
      );
      assert.ok(descriptions.length > 0);
      for (const each of descriptions) {
        assert.match(each, /[Ll]ayer \d+ \(\w+\)|step \d+/);
        assert.match(each, /-?\d|inf|nan/);
        assert.match(each, /[Tt]ry|take away|Take away|[Mm]ake|[Ll]ook at|step training back|usually helps/);
      }
    });
  }
});
