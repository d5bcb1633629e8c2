import type { Arguments } from './arguments';

/** Answers one kind of request with the body of its response. @throws RequestError, or ExpressionError, where it is refused */
export type Handler = (given: Arguments) => unknown;
