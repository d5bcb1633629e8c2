import { comparing, precedence, unaryPrecedence, type Expression } from './syntax';

const postfixPrecedence = 9;
const primaryPrecedence = 10;

function bindingOf(expression: Expression): number {
  switch (expression.kind) {
    case 'conditional':
      return 0;
    case 'binary':
      return precedence[expression.operator];
    case 'unary':
      return unaryPrecedence;
    case 'index':
    case 'member':
    case 'call':
      return postfixPrecedence;
    default:
      return primaryPrecedence;
  }
}

/** An expression as text, with no more parentheses than it needs: parsing it again gives the same one. */
export function printExpression(expression: Expression): string {
  const within = (inner: Expression, least: number): string =>
    bindingOf(inner) < least ? `(${printExpression(inner)})` : printExpression(inner);
  // The point after a number would be its decimal point.
  const owner = (of: Expression): string => (of.kind === 'literal' ? `(${printExpression(of)})` : within(of, postfixPrecedence));
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? quote(expression.value) : String(expression.value);
    case 'name':
      return expression.name;
    case 'list':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'unary':
      return `${expression.operator}${within(expression.operand, unaryPrecedence)}`;
    case 'binary': {
      const { operator, left, right } = expression;
      const binding = precedence[operator];
      if (operator === '**') return `${within(left, postfixPrecedence)} ** ${within(right, unaryPrecedence)}`;
      return `${within(left, binding === comparing ? binding + 1 : binding)} ${operator} ${within(right, binding + 1)}`;
    }
    case 'conditional':
      return `${within(expression.test, 1)} ? ${printExpression(expression.then)} : ${printExpression(expression.otherwise)}`;
    case 'index':
      return `${within(expression.of, postfixPrecedence)}[${printExpression(expression.index)}]`;
    case 'member':
      return `${owner(expression.of)}.${expression.member.name}`;
    case 'call':
      return `${expression.callee.name}(${expression.arguments.map(printExpression).join(', ')})`;
  }
}

/** There are no escapes: a text that holds one kind of quotation mark stands between the other. */
function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
