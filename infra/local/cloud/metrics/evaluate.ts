import { ExpressionError } from './expression.ts';
import type { Expression } from './expression.ts';

/** A value for each window; undefined where there is none. */
export type Series = readonly (number | undefined)[];

/** A scalar is the same in every window, whether there are data or not. */
type Value = number | Series | readonly Series[];

/** What an expression is worked out over. */
export interface Scope {
  /** How many windows there are. */
  readonly length: number;
  /** The series of an id. @throws ExpressionError when nothing has it */
  series(id: string): Series;
}

/**
 * Works out an expression of metric math, window by window: where an operand has no data the result has none, unless `FILL`
 * puts some there.
 *
 * @throws ExpressionError for an id that is not there and for a function that is not imitated
 */
export function evaluateExpression(expression: Expression, scope: Scope): Series {
  const value = valueOf(expression, scope);
  if (typeof value === 'number') return Array.from({ length: scope.length }, () => value);
  if (isSeries(value)) return value;
  throw new ExpressionError('The result of an expression must be one series.');
}

function valueOf(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'id':
      return scope.series(expression.id);
    case 'list':
      return expression.items.map((item) => evaluateExpression(item, scope));
    case 'binary': {
      const { operator } = expression;
      const [left, right] = [singleOf(expression.left, scope), singleOf(expression.right, scope)];
      return combine(scope.length, [left, right], ([a = 0, b = 0]) => operate(operator, a, b));
    }
    case 'call':
      return call(expression.name, expression.args, scope);
    default:
      return expression satisfies never;
  }
}

function call(name: string, args: readonly Expression[], scope: Scope): Value {
  const [first, second, third] = args;
  switch (name) {
    case 'FILL':
      return fill(singleOf(first, scope), second, scope);
    case 'IF': {
      const parts = [first, second, third ?? ({ kind: 'number', value: 0 } as const)];
      return choose(
        parts.map((part) => singleOf(part, scope)),
        scope.length,
      );
    }
    case 'SUM':
      return over(first, scope, (numbers) => numbers.reduce((sum, number) => sum + number, 0));
    case 'MAX':
      return over(first, scope, (numbers) => Math.max(...numbers));
    case 'MIN':
      return over(first, scope, (numbers) => Math.min(...numbers));
    case 'ABS':
      return combine(scope.length, [singleOf(first, scope)], ([number = 0]) => Math.abs(number));
    default:
      throw new ExpressionError(`The local cloud does not imitate the function ${name} of metric math.`);
  }
}

function singleOf(expression: Expression | undefined, scope: Scope): number | Series {
  if (expression === undefined) throw new ExpressionError('A function of metric math lacks an argument.');
  const value = valueOf(expression, scope);
  if (typeof value === 'number' || isSeries(value)) return value;
  throw new ExpressionError('A list stands where one series belongs.');
}

function isSeries(value: Value): value is Series {
  return Array.isArray(value) && !value.some((item) => Array.isArray(item));
}

function at(value: number | Series, window: number): number | undefined {
  return typeof value === 'number' ? value : value[window];
}

function combine(
  length: number,
  operands: readonly (number | Series)[],
  work: (numbers: readonly number[]) => number | undefined,
): number | Series {
  if (operands.every((operand) => typeof operand === 'number')) return work(operands) ?? Number.NaN;
  return Array.from({ length }, (_, window) => {
    const numbers = operands.map((operand) => at(operand, window)).filter((number) => number !== undefined);
    return numbers.length < operands.length ? undefined : work(numbers);
  });
}

/** Over the series of a list, or, of one series, over all its windows: those that have data. */
function over(argument: Expression | undefined, scope: Scope, work: (numbers: readonly number[]) => number): Value {
  const value = argument === undefined ? [] : valueOf(argument, scope);
  if (typeof value === 'number') return value;
  if (isSeries(value) && value.length > 0) return work(value.filter((number) => number !== undefined));
  const list = value.filter((item) => Array.isArray(item));
  return Array.from({ length: scope.length }, (_, window) => {
    const numbers = list.map((series: Series) => series[window]).filter((number) => number !== undefined);
    return numbers.length === 0 ? undefined : work(numbers);
  });
}

function choose([condition = 0, yes = 0, no = 0]: readonly (number | Series)[], length: number): Series {
  return Array.from({ length }, (_, window) => {
    const decided = at(condition, window);
    return decided === undefined ? undefined : at(decided === 0 ? no : yes, window);
  });
}

function fill(value: number | Series, by: Expression | undefined, scope: Scope): Series {
  const repeats = by?.kind === 'id' && by.id === 'REPEAT';
  const other = repeats ? undefined : singleOf(by, scope);
  let last: number | undefined;
  return Array.from({ length: scope.length }, (_, window) => {
    const number = at(value, window) ?? (repeats ? last : at(other ?? 0, window));
    last = number;
    return number;
  });
}

/** Comparisons give 1 or 0; what cannot be divided has no data. */
function operate(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : a / b;
    case '^':
      return a ** b;
    default:
      return compare(operator, a, b) ? 1 : 0;
  }
}

function compare(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '&&':
    case 'AND':
      return a !== 0 && b !== 0;
    default:
      return a !== 0 || b !== 0;
  }
}
