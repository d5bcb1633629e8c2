import {
  comparing,
  ExpressionError,
  isBinaryOperator,
  precedence,
  type BinaryOperator,
  type Expression,
  type Name,
  type Span,
} from './syntax';
import { tokenize, type Token } from './tokens';

/** The words for operators in other languages. */
const wordOperators: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
]);

/**
 * Reads an expression:
 *
 *     expression := or [ '?' expression ':' expression ]
 *     or, and, comparison, sum, product := the operators of `precedence`, from the left; comparisons do not chain
 *     unary := ('-' | '+' | '!') unary | power
 *     power := postfix [ '**' unary ]
 *     postfix := primary { '[' expression ']' | '.' name | '(' arguments ')' }
 *     primary := number | 'true' | 'false' | text in quotation marks | name | '(' expression ')' | '[' expressions ']'
 *
 * @throws ExpressionError, and nothing else whatever the text.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokenize(text));
  return parser.whole();
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expression {
    if (this.peek().kind === 'end') this.fail('There is nothing here: write an expression such as margin < 0.05.', this.peek());
    const expression = this.expression();
    if (this.peek().kind !== 'end') this.misplaced();
    return expression;
  }

  private peek(): Token {
    return this.tokens[this.at];
  }

  private fail(reason: string, { start, end }: Span): never {
    throw new ExpressionError(reason, start, end);
  }

  private take(): Token {
    return this.tokens[this.at++];
  }

  private sees(symbol: string): boolean {
    return this.peek().kind === 'symbol' && this.peek().text === symbol;
  }

  /** The closing bracket of what began at `open`, or the colon of a `?`. */
  private close(symbol: string, open: Span, opened: string): Token {
    if (this.sees(symbol)) return this.take();
    return this.fail(`${symbol} is missing for the ${opened} at column ${open.start + 1}.`, this.peek());
  }

  /** An expression is complete, and something follows that cannot. */
  private misplaced(): never {
    const { text, kind } = this.peek();
    const meant = wordOperators.get(text);
    if (meant !== undefined) this.fail(`Write ${meant} instead of "${text}".`, this.peek());
    if (kind === 'symbol' && ')]'.includes(text)) this.fail(`This ${text} closes nothing: take it away.`, this.peek());
    this.fail(`An operator is missing before ${text}: write + or && or another one.`, this.peek());
  }

  private expression(): Expression {
    const test = this.operation(1);
    if (!this.sees('?')) return test;
    const mark = this.take();
    const then = this.expression();
    this.close(':', mark, '?');
    const otherwise = this.expression();
    return { kind: 'conditional', test, then, otherwise, start: test.start, end: otherwise.end };
  }

  /** Everything that binds at least as tightly as `least`. */
  private operation(least: number): Expression {
    let left = this.unary();
    let compared = false;
    for (;;) {
      const operator = this.binaryOperator();
      if (operator === undefined || precedence[operator] < least) return left;
      if (precedence[operator] === comparing) {
        if (compared) this.fail('Comparisons do not chain: write a < b && b < c.', this.peek());
        compared = true;
      } else compared = false;
      this.take();
      const right = this.operation(precedence[operator] + 1);
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
    }
  }

  private binaryOperator(): BinaryOperator | undefined {
    const { kind, text } = this.peek();
    return kind === 'symbol' && isBinaryOperator(text) ? text : undefined;
  }

  private unary(): Expression {
    const next = this.peek();
    if (next.kind === 'symbol' && (next.text === '-' || next.text === '+' || next.text === '!')) {
      this.take();
      const operand = this.unary();
      return { kind: 'unary', operator: next.text, operand, start: next.start, end: operand.end };
    }
    const base = this.postfix();
    if (!this.sees('**')) return base;
    this.take();
    const exponent = this.unary();
    return { kind: 'binary', operator: '**', left: base, right: exponent, start: base.start, end: exponent.end };
  }

  private postfix(): Expression {
    let of = this.primary();
    for (;;) {
      const next = this.peek();
      if (this.sees('[')) {
        this.take();
        const index = this.expression();
        const { end } = this.close(']', next, '[');
        of = { kind: 'index', of, index, start: of.start, end };
      } else if (this.sees('.')) {
        this.take();
        const member = this.name('After the . comes a name, as in training.step.');
        of = { kind: 'member', of, member, start: of.start, end: member.end };
      } else if (this.sees('(')) {
        if (of.kind !== 'name') this.fail('Only a function can be called, as in mean(det).', next);
        this.take();
        const { items, end } = this.list(')', next, '(');
        of = { kind: 'call', callee: of, arguments: items, start: of.start, end };
      } else return of;
    }
  }

  private name(otherwise: string): Name {
    const next = this.peek();
    if (next.kind !== 'name') this.fail(otherwise, next);
    this.take();
    return { kind: 'name', name: next.text, start: next.start, end: next.end };
  }

  /** Expressions separated by commas, up to and with the closing bracket. */
  private list(symbol: string, open: Span, opened: string): { items: Expression[]; end: number } {
    const items: Expression[] = [];
    while (!this.sees(symbol)) {
      if (items.length > 0) {
        if (!this.sees(',')) this.close(symbol, open, opened);
        this.take();
      }
      items.push(this.expression());
    }
    return { items, end: this.take().end };
  }

  private primary(): Expression {
    const token = this.take();
    const { kind, text, start, end } = token;
    if (kind === 'number') {
      const value = Number(text);
      if (!Number.isFinite(value)) this.fail(`${text} is too large a number: the largest is about 1.8e308.`, token);
      return { kind: 'literal', value, start, end };
    }
    if (kind === 'string') return { kind: 'literal', value: text.slice(1, -1), start, end };
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', start, end };
    if (text === 'not') this.fail('Write ! instead of "not".', token);
    if (kind === 'name') return { kind: 'name', name: text, start, end };
    if (text === '(') {
      const inner = this.expression();
      return { ...inner, start, end: this.close(')', token, '(').end };
    }
    if (text === '[') {
      const { items, end: listEnd } = this.list(']', token, '[');
      return { kind: 'list', items, start, end: listEnd };
    }
    if (kind === 'end') {
      this.at--;
      this.fail('The expression ends too early: a number, a name or ( comes here.', token);
    }
    return this.fail(`A number, a name or ( comes before ${text}.`, token);
  }
}
