import type { RouteDefinition } from './definition.ts';

export interface RouteMatch {
  readonly route: RouteDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface ParsedRoute {
  readonly route: RouteDefinition;
  readonly method: string;
  readonly segments: readonly string[];
}

const GREEDY = /^\{(.+)\+\}$/;
const VARIABLE = /^\{(.+)\}$/;
const DEFAULT_KEY = '$default';

/**
 * Chooses routes as HTTP APIs do: the most specific path first (a literal before `{id}` before `{proxy+}`, from the
 * left), then the exact method before `ANY`, then `$default`.
 */
export class RouteTable {
  readonly #parsed: readonly ParsedRoute[];
  readonly #default: RouteDefinition | undefined;

  constructor(routes: readonly RouteDefinition[]) {
    this.#default = routes.find((route) => route.key === DEFAULT_KEY);
    this.#parsed = routes
      .filter((route) => route.key !== DEFAULT_KEY)
      .map(parse)
      .toSorted(bySpecificity);
  }

  /** @param path Decoded, without the stage. */
  find(method: string, path: string): RouteMatch | undefined {
    const segments = path.split('/').slice(1);
    for (const parsed of this.#parsed) {
      const methodFits = parsed.method === method || parsed.method === 'ANY';
      const pathParameters = methodFits ? matchSegments(parsed.segments, segments) : undefined;
      if (pathParameters !== undefined) return { route: parsed.route, pathParameters };
    }
    return this.#default === undefined ? undefined : { route: this.#default, pathParameters: {} };
  }
}

function parse(route: RouteDefinition): ParsedRoute {
  const [method = '', path = ''] = route.key.split(' ');
  return { route, method, segments: path.split('/').slice(1) };
}

function bySpecificity(left: ParsedRoute, right: ParsedRoute): number {
  const length = Math.max(left.segments.length, right.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = vagueness(left.segments[index]) - vagueness(right.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function vagueness(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (GREEDY.test(segment)) return 2;
  return VARIABLE.test(segment) ? 1 : 0;
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const greedy = GREEDY.exec(expected)?.[1];
    const rest = segments.slice(index).join('/');
    if (greedy !== undefined) return rest === '' ? undefined : { ...parameters, [greedy]: rest };
    const actual = segments[index];
    const variable = VARIABLE.exec(expected)?.[1];
    if (actual === undefined || (variable === undefined ? actual !== expected : actual === '')) return undefined;
    if (variable !== undefined) parameters[variable] = actual;
  }
  return pattern.length === segments.length ? parameters : undefined;
}
