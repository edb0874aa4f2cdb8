/** A metric-math expression, read: what stands in it, inside out. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** An expression that CloudWatch would refuse, or that uses what the local cloud does not imitate. */
export class ExpressionError extends Error {}

/** Weakest first. */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],])/y;

/**
 * Reads an expression: numbers, ids, lists, calls and the operators of metric math.
 * @throws ExpressionError that says what is wrong with it
 */
export function parseExpression(text: string): Expression {
  const reader = new Reader(tokensOf(text), text);
  const expression = reader.operation(0);
  reader.expectEnd();
  return expression;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new ExpressionError(`"${text}" cannot be read from "${text.slice(at)}" on.`);
    tokens.push(token);
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #next = 0;

  constructor(tokens: readonly string[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  /** @param level of the weakest operator that belongs to it */
  operation(level: number): Expression {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.#sign();
    let left = this.operation(level + 1);
    for (;;) {
      const operator = this.#peek();
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#next += 1;
      left = { kind: 'binary', operator, left, right: this.operation(level + 1) };
    }
  }

  expectEnd(): void {
    if (this.#peek() !== undefined) throw this.#unexpected();
  }

  #sign(): Expression {
    if (this.#peek() !== '-') return this.#operand();
    this.#next += 1;
    return { kind: 'binary', operator: '-', left: { kind: 'number', value: 0 }, right: this.#sign() };
  }

  #operand(): Expression {
    const token = this.#peek() ?? '';
    if (/^\d/.test(token)) {
      this.#next += 1;
      return { kind: 'number', value: Number(token) };
    }
    if (token === '(') return this.#between('(', ')')[0] ?? this.#fail();
    if (token === '[') return { kind: 'list', items: this.#between('[', ']') };
    if (!/^[A-Za-z_]/.test(token)) throw this.#unexpected();
    this.#next += 1;
    if (this.#peek() !== '(') return { kind: 'id', id: token };
    return { kind: 'call', name: token, args: this.#between('(', ')') };
  }

  #between(open: string, close: string): Expression[] {
    this.#expect(open);
    const items: Expression[] = [];
    while (this.#peek() !== close) {
      if (items.length > 0) this.#expect(',');
      items.push(this.operation(0));
    }
    this.#expect(close);
    return items;
  }

  #expect(token: string): void {
    if (this.#peek() !== token) throw this.#unexpected();
    this.#next += 1;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #fail(): never {
    throw this.#unexpected();
  }

  #unexpected(): ExpressionError {
    const token = this.#peek();
    return new ExpressionError(
      `"${this.#text}" ${token === undefined ? 'ends too early' : `has "${token}" where something else belongs`}.`,
    );
  }
}
