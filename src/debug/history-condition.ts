import { recorded, type Recorded } from '../training/history';
import type { Condition, Quantity } from '../training/messages';
import type { BinaryOperator, Expression } from './expression/syntax';

/** A condition that can be asked of every past training step, from one on. */
export interface HistoryCondition {
  readonly condition: Condition;
  readonly from: number;
}

/**
 * An expression as a condition on the history: a margin, or what was recorded of each step, against a number, and any number of
 * `step > 500` or `step >= 500` beside it. Undefined where the history does not hold what it asks for.
 * @param layer what `margin` alone is of, from 1; 0 where there is none
 */
export function historyCondition(expression: Expression, layer: number): HistoryCondition | undefined {
  let condition: Condition | undefined;
  let from = 0;
  for (const part of conjuncts(expression)) {
    const first = firstStepOf(part);
    if (first !== undefined) {
      from = Math.max(from, first);
      continue;
    }
    const comparison = comparisonOf(part);
    const quantity = comparison && quantityOf(comparison.left, layer);
    if (!quantity || condition) return undefined;
    condition = { quantity, is: comparison.is, than: comparison.than };
  }
  return condition && { condition, from };
}

function conjuncts(expression: Expression): Expression[] {
  const both = expression.kind === 'binary' && expression.operator === '&&';
  return both ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}

/** Of `step > 500` or `step >= 500`, or the same written the other way round. */
function firstStepOf(part: Expression): number | undefined {
  if (part.kind !== 'binary') return undefined;
  const { operator, left, right } = part;
  const isFrom = operator === '>=' || operator === '<=';
  if (!isFrom && operator !== '>' && operator !== '<') return undefined;
  const [step, limit] = operator.startsWith('>') ? [left, right] : [right, left];
  const than = numberOf(limit);
  if (than === undefined || step.kind !== 'name' || step.name !== 'step') return undefined;
  return isFrom ? Math.ceil(than) : Math.floor(than) + 1;
}

const sides: Readonly<Partial<Record<BinaryOperator, Condition['is']>>> = { '<': 'below', '>': 'above' };

/** `quantity < number`, or the same written the other way round. */
function comparisonOf(part: Expression): { left: Expression; is: Condition['is']; than: number } | undefined {
  if (part.kind !== 'binary') return undefined;
  const is = sides[part.operator];
  if (is === undefined) return undefined;
  const right = numberOf(part.right);
  if (right !== undefined) return { left: part.left, is, than: right };
  const left = numberOf(part.left);
  return left === undefined ? undefined : { left: part.right, is: is === 'below' ? 'above' : 'below', than: left };
}

function numberOf(expression: Expression): number | undefined {
  if (expression.kind === 'literal' && typeof expression.value === 'number') return expression.value;
  if (expression.kind !== 'unary' || expression.operator !== '-') return undefined;
  const operand = numberOf(expression.operand);
  return operand === undefined ? undefined : -operand;
}

function quantityOf(expression: Expression, layer: number): Quantity | undefined {
  if (expression.kind === 'name') {
    if (expression.name === 'margin') return layer > 0 ? { margin: layer - 1 } : undefined;
    return recorded.find((name): name is Recorded => name === expression.name);
  }
  if (expression.kind !== 'index' || expression.of.kind !== 'name' || expression.of.name !== 'margin') return undefined;
  const index = numberOf(expression.index);
  return index === undefined ? undefined : { margin: index - 1 };
}
