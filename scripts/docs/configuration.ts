import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALARM_THRESHOLDS } from '../../infra/constructs/alarms/thresholds.ts';
import { checkSecrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { SECRET_FIELDS } from '../../shared/adapters/secrets/source.ts';
import type { Member } from './members.ts';
import { commentsOf, membersOf } from './members.ts';
import { variables } from './variables.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** By heading, the interfaces whose members are settings of the construct. */
const INTERFACES: readonly (readonly [heading: string, file: string, name: string])[] = [
  ['How tokens are verified', 'clerk-user-sync-props.ts', 'AuthorizerSettings'],
  ['Where the mirror lives', 'hosting-props.ts', 'HostingProps'],
  ['What the mirror does', 'clerk-user-sync-props.ts', 'ClerkUserSyncProps'],
  ['`roster`', 'clerk-user-sync-props.ts', 'RosterSettings'],
  ['`alarms`', 'alarms/sync-alarms.ts', 'AlarmSettings'],
  ['`alarms.thresholds`', 'alarms/thresholds.ts', 'AlarmThresholds'],
  ['`deployment`', 'hosting-props.ts', 'DeploymentSettings'],
  ['`domain`', 'hosting-props.ts', 'DomainSettings'],
  ['`vpc`', 'hosting-props.ts', 'VpcSettings'],
  ['`webAcl`', 'hosting-props.ts', 'WebAclSettings'],
];

/** `docs/configuration.md`: every setting that there is, from the code that reads it. */
export function configurationDocument(): string {
  const props = INTERFACES.map(
    ([heading, file, name]) =>
      `### ${heading}\n\n${membersOf(read(`infra/constructs/${file}`), `export interface ${name} `)
        .map(describeProp)
        .join('\n')}\n`,
  );
  return [
    '# Configuration',
    'Made from the code by `npm run docs`; a test fails when it is out of date. Change the docstring, not this file.',
    '## Props of the construct',
    'Required are `issuer` and `authorizedParties`. A prop that cannot work is refused while your app is synthesised, with what to set\ninstead. [construct.md](construct.md) shows them in use.',
    ...props.map((section) => section.trimEnd()),
    '## Settings of `npm run deploy` and `npm start`',
    `The app of this repository takes them from \`cdk.json\` or as \`-c NAME=VALUE\`: ${contextNames().map(code).join(', ')}. Lists have commas\nbetween. What each means stands under the prop of that name; a name ending in \`Seconds\` is the prop without it, in seconds; \`corsOrigins\` are the origins that \`cors\` is to let call the API.`,
    '## The secret',
    'One JSON document in Secrets Manager, which the output `SecretArn` names. It is read again within five minutes, and within 30 seconds of a\nfailure that a newer one could mend: no change of it needs a deployment.',
    secretFields().join('\n'),
    '## Environment variables',
    'The construct sets them; you need them for functions that you deploy by other means, and for tests. One that is wrong stops the\nfunction at its start, with a message that names every one that is.',
    variables().map(describeVariable).join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function describeProp({ name, type, isOptional, text, fallback }: Member): string {
  const thresholds: Readonly<Record<string, number>> = { ...ALARM_THRESHOLDS };
  const threshold = thresholds[name];
  const value = threshold === undefined ? fallback : String(threshold);
  const rest = isOptional || threshold !== undefined ? `Default: ${value === '' ? 'none' : value}.` : 'Required.';
  return `- **\`${name}\`** (\`${type}\`): ${text === '' ? rest : `${text.replace(/\.?$/, '.')} ${rest}`}`;
}

function contextNames(): readonly string[] {
  const [, list = ''] = /const NAMES = \[([^\]]*)\]/.exec(read('infra/stacks/settings.ts')) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name).filter((name) => name !== 'cli-telemetry');
}

function secretFields(): readonly string[] {
  const labels = { secretKey: '', webhookSecrets: '', jwtKeys: '', adminKeyHashes: '' };
  const checked = checkSecrets({ values: {}, labels });
  const members = membersOf(read('shared/adapters/secrets/parse-secrets.ts'), 'export interface Secrets ');
  return SECRET_FIELDS.map((field) => {
    const text = members.find(({ name }) => name === field)?.text ?? '';
    const state = checked[field];
    const need = state.ok ? 'May be left out.' : `Without it: "${state.error.message.trim()}"`;
    return `- **\`${field}\`**: ${[text, need].filter((part) => part !== '').join(' ')}`;
  });
}

function describeVariable({ key, name, readBy, ifMissing }: ReturnType<typeof variables>[number]): string {
  const comment = commentsOf(read('shared/names/environment.ts'))[key] ?? '';
  const what = comment === '' ? `The prop \`${key}\`.` : comment;
  const missing =
    ifMissing === undefined
      ? 'May be left out.'
      : `Must be set ${ifMissing.replace(/^set it to /, 'to ').replace(/\.$/, '')}.`;
  return `- **\`${name}\`**: ${what} Read by ${readBy.join(', ')}. ${missing}`;
}

function code(name: string): string {
  return `\`${name}\``;
}
