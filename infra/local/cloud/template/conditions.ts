import { isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import { evaluate } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';

/**
 * Evaluates the template's conditions, each once and only when asked.
 * @param scope Gives the scope lazily: it needs the conditions itself.
 */
export function conditionEvaluator(conditions: JsonRecord, scope: () => Scope): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const named = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!Object.hasOwn(conditions, name)) throw new Error(`The template has no condition ${name}.`);
    const result = holds(conditions[name], `Conditions.${name}`);
    known.set(name, result);
    return result;
  };
  const holds = (expression: unknown, at: string): boolean => {
    const [entry] = isRecord(expression) ? Object.entries(expression) : [];
    if (entry === undefined) throw new Error(`${at}: a condition is wanted here.`);
    const [name, argument] = entry;
    const each = (items: unknown): boolean[] => (Array.isArray(items) ? items.map((item) => holds(item, at)) : []);
    switch (name) {
      case 'Condition':
        return named(String(argument));
      case 'Fn::Equals':
        return areEqual(argument, scope(), at);
      case 'Fn::Not':
        return each(argument)[0] === false;
      case 'Fn::And':
        return each(argument).every(Boolean);
      case 'Fn::Or':
        return each(argument).some(Boolean);
      default:
        throw new Error(`${at}: ${name} is not supported in a condition.`);
    }
  };
  return named;
}

function areEqual(argument: unknown, scope: Scope, at: string): boolean {
  const sides = evaluate(argument, scope, at);
  if (!Array.isArray(sides) || sides.length !== 2) throw new Error(`${at}: Fn::Equals takes two values.`);
  return JSON.stringify(sides[0]) === JSON.stringify(sides[1]);
}
