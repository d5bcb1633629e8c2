import { evaluate, type Names } from './evaluate';
import { parseExpression } from './parse';
import { showValue } from './show';
import { ExpressionError, type Expression } from './syntax';

/** What a log point prints: text with expressions in it. */
export type LogMessage = readonly (string | Expression)[];

/** Reads `layer {k}: {margin}`. @throws ExpressionError with the column in the whole message */
export function parseLogMessage(text: string): LogMessage {
  const parts: (string | Expression)[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open < 0) return [...parts, text.slice(at)];
    if (open > at) parts.push(text.slice(at, open));
    const close = text.indexOf('}', open);
    if (close < 0) throw new ExpressionError('This { is not closed: write } after the expression.', open, text.length);
    parts.push(expressionAt(text.slice(open + 1, close), open + 1));
    at = close + 1;
  }
  return parts;
}

/** @throws ExpressionError from evaluating */
export function writeLogMessage(message: LogMessage, names: Names): string {
  return message.map((part) => (typeof part === 'string' ? part : showValue(evaluate(part, names)))).join('');
}

function expressionAt(text: string, offset: number): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(error.reason, error.start + offset, error.end + offset);
    throw error;
  }
}
