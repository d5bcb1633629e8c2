/** What an expression of the debugger is made of, and what is wrong with one. */

/** The characters `start` up to but not including `end`, from 0. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type UnaryOperator = '-' | '+' | '!';
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '**';

export interface Name extends Span {
  readonly kind: 'name';
  readonly name: string;
}

export type Expression = Span &
  (
    | { readonly kind: 'literal'; readonly value: number | boolean | string }
    | Name
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'conditional'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
    | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
    | { readonly kind: 'member'; readonly of: Expression; readonly member: Name }
    | { readonly kind: 'call'; readonly callee: Name; readonly arguments: readonly Expression[] }
  );

/** Something is wrong with an expression, at a place in it; the message names the column and what would be right. */
export class ExpressionError extends Error implements Span {
  constructor(
    readonly reason: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(`Column ${start + 1}: ${reason}`);
  }
}

/** Something is wrong with a value; whoever knows where it stands in the expression says so. */
export class ValueError extends Error {}

/** How tightly each binary operator binds; `**` alone groups from the right, and comparisons do not group at all. */
export const precedence: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '**': 7,
};
export const comparing = 3;
/** A sign or a `!` binds more tightly than `*` and less than `**`: −2 ** 2 is −4, as on paper. */
export const unaryPrecedence = 6;

export function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(precedence, text);
}

/** Whether an expression uses one of these names. */
export function mentions(expression: Expression, names: ReadonlySet<string>): boolean {
  const inner = (parts: readonly Expression[]): boolean => parts.some((part) => mentions(part, names));
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return names.has(expression.name);
    case 'list':
      return inner(expression.items);
    case 'unary':
      return inner([expression.operand]);
    case 'binary':
      return inner([expression.left, expression.right]);
    case 'conditional':
      return inner([expression.test, expression.then, expression.otherwise]);
    case 'index':
      return inner([expression.of, expression.index]);
    case 'member':
      return inner([expression.of]);
    case 'call':
      return names.has(expression.callee.name) || inner(expression.arguments);
  }
}
