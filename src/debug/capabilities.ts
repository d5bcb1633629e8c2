import type { DebugProtocol } from '@vscode/debugprotocol';
import { exceptionFilters } from './exceptions';

/** Exactly what works. */
export const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.'],
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: exceptionFilters.map(({ filter, label, description, default: isDefault, conditionDescription }) => ({
    filter,
    label,
    description,
    default: isDefault,
    ...(conditionDescription !== undefined && { supportsCondition: true, conditionDescription }),
  })),
  supportsDataBreakpoints: true,
  supportsStepBack: true,
  supportsRestartRequest: true,
  supportsRestartFrame: true,
  supportsGotoTargetsRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
};
