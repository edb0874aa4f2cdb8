import { createPublicKey } from 'node:crypto';
import { MEMORY_SIZES, ONE_ARENA } from '../../infra/constructs/memory-sizes.ts';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { peerMirror, productMirror } from './mirrors.ts';
import type { Mirror, MirrorTable } from './mirrors.ts';
import type { ServedClerk } from './process/clerk.ts';
import { KEY_ID } from './tokens.ts';
import type { Issuer } from './tokens.ts';

/** Something that is measured: a handler as it would be deployed, with its configuration and its table. */
export interface Subject {
  /** As it stands in the names of rows. */
  readonly name: string;
  /** Entry file of its bundle, from the root of the repository. */
  readonly entry: string;
  /** What its deployment would set. */
  environment(place: Place): Readonly<Record<string, string>>;
  /** Addresses that its environment has in place of the host's. */
  readonly endpoints?: Readonly<Record<string, string>>;
  mirror(table: MirrorTable): Mirror;
  /** Whose table it uses; absent: one of its own. */
  readonly sharesTableOf?: Subject;
}

/** Where a subject is deployed. */
export interface Place {
  readonly tableName: string;
  readonly secretArn: string;
  readonly issuer: Issuer;
}

/** Nothing listens there: no subject asks Clerk about a user whom the token and the table can decide. */
const NO_CLERK = 'http://127.0.0.1:9';

/** The authorizer as the construct deploys it: its keys in Secrets Manager. */
export const OURS: Subject = {
  name: 'ours',
  entry: 'functions/authorizer/handler.ts',
  environment: ({ secretArn, ...place }) => ({ ...ourSettings(place), [ENVIRONMENT.secretArn]: secretArn }),
  mirror: productMirror,
};

/** The same once more, in a process and with a table of its own: what differs between the two is noise. */
export const OURS_AGAIN: Subject = { ...OURS, name: 'control' };

/** With its keys where the peers have theirs, which no deployment of ours has: what reading the secret costs a cold start. */
export const OURS_WITHOUT_SECRET: Subject = {
  ...OURS,
  name: 'ours-without-secret',
  environment: (place) => ({
    ...ourSettings(place),
    [ENVIRONMENT.secretKey]: place.issuer.secretKey,
    [ENVIRONMENT.jwtKeys]: place.issuer.jwt.publicKey,
  }),
};

/** Our verification of a token without everything around it. */
export const OUR_VERIFIER: Subject = {
  ...OURS_WITHOUT_SECRET,
  name: 'our-verifier',
  entry: 'test/bench/verifier/handler.ts',
};

export const NAIVE: Subject = {
  name: 'naive',
  entry: 'test/bench/peers/naive/handler.ts',
  environment: (place) => ({ ...peerSettings(place), METRICS_NAMESPACE: 'UserSync' }),
  mirror: peerMirror,
};

/** The same without its call to the metric service, which on this machine answers sooner than CloudWatch would. */
export const NAIVE_WITHOUT_METRICS: Subject = {
  ...NAIVE,
  name: 'naive-without-metrics',
  environment: peerSettings,
};

export const TYPICAL: Subject = {
  name: 'typical',
  entry: 'test/bench/peers/typical/handler.ts',
  environment: peerSettings,
  mirror: peerMirror,
};

/** AWS's own verifier of tokens, with the typical peer's store and nothing else. */
export const AWS_JWT_VERIFY: Subject = {
  name: 'aws-jwt-verify',
  entry: 'test/bench/peers/aws-jwt-verify/handler.ts',
  environment: (place) => ({
    ...peerSettings(place),
    CLERK_ISSUER: place.issuer.issuer,
    CLERK_JWKS: jwksOf(place.issuer),
  }),
  mirror: peerMirror,
};

/** What no authorizer that reads a table can go below. */
export const FLOOR: Subject = {
  name: 'floor',
  entry: 'test/bench/peers/floor/handler.ts',
  environment: peerSettings,
  mirror: peerMirror,
};

/** The webhook as the construct deploys it. Each entry's subjects are called alike, as rows of one measurement name them. */
export const WEBHOOK: Subject = { ...OURS, entry: 'functions/webhook/handler.ts' };

/** Its A/A control. */
export const WEBHOOK_AGAIN: Subject = { ...WEBHOOK, name: OURS_AGAIN.name };

/** What no webhook that reads before it writes can do without: `svix`, one read, one write. */
export const PARTS: Subject = {
  name: 'parts',
  entry: 'test/bench/peers/parts/handler.ts',
  environment: ({ tableName, issuer }) => ({ TABLE_NAME: tableName, CLERK_WEBHOOK_SECRET: issuer.webhookSecret }),
  mirror: peerMirror,
};

/** `/users/me` and `/users/sync` as the construct deploys them. */
export const USERS: Subject = { ...OURS, entry: 'functions/users/handler.ts' };

/** Its A/A control. */
export const USERS_AGAIN: Subject = { ...USERS, name: OURS_AGAIN.name };

/** What nobody who answers with a user can do without: one read. */
export const PARTS_OF_A_READ: Subject = {
  name: 'parts',
  entry: 'test/bench/peers/parts-of-a-read/handler.ts',
  environment: ({ tableName }) => ({ TABLE_NAME: tableName }),
  mirror: peerMirror,
};

/**
 * What Lambda's runtime starts Node with: 5 % of the function's memory for each half of the young generation, 90 % for the old.
 * Without it V8 takes its measure from this machine's memory, and lets a run have much more.
 *
 * @param megabytes as the construct gives the function
 */
export function heapOnLambda(megabytes: number): { readonly NODE_OPTIONS: string } {
  const [young, old] = [0.05, 0.9].map((share) => Math.floor(megabytes * share));
  return { NODE_OPTIONS: `--max-semi-space-size=${young} --max-old-space-size=${old}` };
}

const HEAP_ON_LAMBDA = heapOnLambda(MEMORY_SIZES.reconciler);

/** The reconciler as the construct deploys it, over a Clerk and a durable service of its own. */
export function reconcilerOf({ url, secretKey }: ServedClerk, durableUrl: string): Subject {
  return {
    ...OURS,
    entry: 'functions/reconciler/handler.ts',
    environment: ({ tableName }) => ({
      ...HEAP_ON_LAMBDA,
      ...ONE_ARENA,
      [ENVIRONMENT.tableName]: tableName,
      [ENVIRONMENT.stackName]: 'bench',
      [ENVIRONMENT.stage]: 'production',
      [ENVIRONMENT.clerkApiUrl]: url,
      [ENVIRONMENT.secretKey]: secretKey,
      // Nobody else asks this Clerk.
      [ENVIRONMENT.clerkShare]: '1',
    }),
    endpoints: { AWS_ENDPOINT_URL_LAMBDA: durableUrl },
  };
}

/** The loop that everybody writes first. */
export function naiveReconcilerOf({ url, secretKey }: ServedClerk): Subject {
  return {
    name: NAIVE.name,
    entry: 'test/bench/peers/naive-reconciler/handler.ts',
    environment: ({ tableName }) => ({
      ...HEAP_ON_LAMBDA,
      TABLE_NAME: tableName,
      CLERK_API_URL: url,
      CLERK_SECRET_KEY: secretKey,
    }),
    mirror: peerMirror,
  };
}

export const PEERS = [NAIVE, NAIVE_WITHOUT_METRICS, TYPICAL, AWS_JWT_VERIFY] as const;

function ourSettings({ tableName, issuer }: Omit<Place, 'secretArn'>): Record<string, string> {
  return {
    [ENVIRONMENT.tableName]: tableName,
    [ENVIRONMENT.stackName]: 'bench',
    [ENVIRONMENT.stage]: 'production',
    [ENVIRONMENT.issuer]: issuer.issuer,
    [ENVIRONMENT.authorizedParties]: issuer.authorizedParty,
    [ENVIRONMENT.clerkApiUrl]: NO_CLERK,
  };
}

/** Keys in the environment, as Clerk's documentation shows it. */
function peerSettings({ tableName, issuer }: Place): Record<string, string> {
  return {
    TABLE_NAME: tableName,
    CLERK_SECRET_KEY: issuer.secretKey,
    CLERK_PUBLISHABLE_KEY: issuer.publishableKey,
    CLERK_JWT_KEY: issuer.jwt.publicKey,
    CLERK_AUTHORIZED_PARTIES: issuer.authorizedParty,
  };
}

/** As Clerk publishes its keys. */
function jwksOf({ jwt }: Issuer): string {
  const key = createPublicKey(jwt.publicKey).export({ format: 'jwk' });
  return JSON.stringify({ keys: [{ ...key, use: 'sig', kid: KEY_ID, alg: 'RS256' }] });
}
