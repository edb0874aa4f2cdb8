import { randomUUID } from 'node:crypto';
import { asText, isRecord, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { Stack } from '../template/stack.ts';
import { generateSecretString } from './password.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';
import type { Secret, SecretStore, SecretVersion } from './secret-store.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** Creates the secrets of the template that the store does not have yet. */
export function createSecrets(stack: Stack, store: SecretStore, now: number): void {
  for (const resource of stack.ofType('AWS::SecretsManager::Secret')) {
    const arn = resource.physicalId;
    if (store.find(arn) !== undefined) continue;
    const generate = resource.property('GenerateSecretString');
    const text =
      asText(resource.property('SecretString')) ?? (isRecord(generate) ? generateSecretString(generate) : undefined);
    const first = { id: randomUUID(), text, binary: undefined, stages: [CURRENT], createdAt: now };
    const name = arn.replace(/^.*:secret:/, '').slice(0, -7);
    store.put({ arn, name, createdAt: now, versions: text === undefined ? [] : [first] });
  }
}

/** Secrets Manager, as far as values are read and put. */
export function secretsManager(store: SecretStore, now: () => number): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    ['GetSecretValue', (input) => getSecretValue(input, store)],
    ['PutSecretValue', (input) => putSecretValue(input, store, now())],
    ['DescribeSecret', (input) => describeSecret(input, store)],
  ]);
}

function secretOf(input: JsonRecord, store: SecretStore): Secret {
  const secret = store.find(asText(input['SecretId']) ?? '');
  if (secret === undefined) {
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return secret;
}

function getSecretValue(input: JsonRecord, store: SecretStore): JsonRecord {
  const secret = secretOf(input, store);
  const id = asText(input['VersionId']);
  const stage = asText(input['VersionStage']) ?? (id === undefined ? CURRENT : undefined);
  const version = secret.versions.find(
    (candidate) =>
      (id === undefined || candidate.id === id) && (stage === undefined || candidate.stages.includes(stage)),
  );
  if (version === undefined) {
    const what = id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }
  return {
    ...describeVersion(secret, version),
    ...(version.text === undefined ? { SecretBinary: version.binary } : { SecretString: version.text }),
    CreatedDate: version.createdAt / 1000,
  };
}

function describeVersion(secret: Secret, version: SecretVersion): JsonRecord {
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
}

function putSecretValue(input: JsonRecord, store: SecretStore, now: number): JsonRecord {
  const secret = secretOf(input, store);
  const text = asText(input['SecretString']);
  const binary = asText(input['SecretBinary']);
  if (text === undefined && binary === undefined) {
    throw new ServiceError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  }
  const id = asText(input['ClientRequestToken']) ?? randomUUID();
  const repeated = secret.versions.find((version) => version.id === id);
  if (repeated !== undefined) return describeVersion(secret, sameOrRefuse(repeated, text, binary));
  const given = texts(input['VersionStages']);
  const version = { id, text, binary, stages: given.length > 0 ? given : [CURRENT], createdAt: now };
  store.put({ ...secret, versions: [...relabelled(secret.versions, version.stages), version] });
  return describeVersion(secret, version);
}

/** A repeated request is answered as the first was; another value under its token is refused. */
function sameOrRefuse(version: SecretVersion, text: string | undefined, binary: string | undefined): SecretVersion {
  if (version.text === text && version.binary === binary) return version;
  throw new ServiceError('ResourceExistsException', 'A version with this ClientRequestToken has another value.');
}

/** A label is on one version only; the version that was current becomes the previous one. Without a label it goes. */
function relabelled(versions: readonly SecretVersion[], taken: readonly string[]): SecretVersion[] {
  const replacesCurrent = taken.includes(CURRENT);
  return versions
    .map((version) => {
      const kept = version.stages.filter((stage) => !taken.includes(stage) && !(replacesCurrent && stage === PREVIOUS));
      return { ...version, stages: replacesCurrent && version.stages.includes(CURRENT) ? [...kept, PREVIOUS] : kept };
    })
    .filter((version) => version.stages.length > 0);
}

function describeSecret(input: JsonRecord, store: SecretStore): JsonRecord {
  const secret = secretOf(input, store);
  const changedAt = secret.versions.at(-1)?.createdAt ?? secret.createdAt;
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: changedAt / 1000,
    VersionIdsToStages: Object.fromEntries(secret.versions.map((version) => [version.id, version.stages] as const)),
  };
}
