import { ConfigInvalid } from '../../shared/config/config-error.ts';
import {
  parseAdminConfig,
  parseAuthorizerConfig,
  parseChangesConfig,
  parseReconcilerConfig,
  parseUsersConfig,
  parseWebhookConfig,
} from '../../shared/config/config.ts';
import type { Environment } from '../../shared/config/field.ts';
import { parseHealthConfig } from '../../shared/config/health-config.ts';
import { ENVIRONMENT } from '../../shared/names/environment.ts';

/** An environment variable, as the functions' own parsers treat it. */
export interface Variable {
  readonly key: keyof typeof ENVIRONMENT;
  readonly name: string;
  /** Functions that read it. */
  readonly readBy: readonly string[];
  /** What is said where it is not set; undefined where it may be left out. */
  readonly ifMissing: string | undefined;
}

const PARSERS: Readonly<Record<string, (environment: Environment) => object>> = {
  authorizer: parseAuthorizerConfig,
  webhook: parseWebhookConfig,
  users: parseUsersConfig,
  reconciler: parseReconcilerConfig,
  changes: parseChangesConfig,
  admin: parseAdminConfig,
  health: parseHealthConfig,
};

/** Asked of the parsers themselves: what they read of an environment in which nothing is set, and what they then miss. */
export function variables(): readonly Variable[] {
  const asked = Object.entries(PARSERS).map(([functionName, parse]) => ({ functionName, ...askParser(parse) }));
  return keys().map((key) => {
    const name = ENVIRONMENT[key];
    const problems = asked.flatMap(({ problems }) => problems);
    return {
      key,
      name,
      readBy: asked.filter(({ read }) => read.has(name)).map(({ functionName }) => functionName),
      ifMissing: problems.find((problem) => problem.startsWith(`${name} is not`))?.replace(/^\S+ is not \w+: /, ''),
    };
  });
}

function keys(): readonly (keyof typeof ENVIRONMENT)[] {
  return Object.keys(ENVIRONMENT).filter((key): key is keyof typeof ENVIRONMENT => key in ENVIRONMENT);
}

function askParser(parse: (environment: Environment) => object): {
  readonly read: ReadonlySet<string>;
  readonly problems: readonly string[];
} {
  const read = new Set<string>();
  // The roster's own variables are looked at where there is a roster.
  const set: Record<string, string | undefined> = { [ENVIRONMENT.roster]: 'on' };
  const environment = new Proxy(set, {
    get: (target, name: string) => {
      read.add(name);
      return target[name];
    },
  });
  try {
    parse(environment);
    return { read, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return { read, problems: error.problems };
  }
}
