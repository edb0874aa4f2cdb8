import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { z } from 'zod';

/** Where a command acts: the same for the CDK's tool and for what is read beforehand. */
export interface Whereabouts {
  readonly region: string;
  /** Undefined for whatever credentials the environment has. */
  readonly profile: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const CdkSettings = z.object({ profile: z.string().optional(), region: z.string().optional() });
type CdkSettings = z.infer<typeof CdkSettings>;

/**
 * The region and the profile that the CDK's tool would find, in its order: its own settings, the environment, the AWS set-up of
 * the user. The AWS SDK knows fewer names, and would look at another region's stack. What the tool would guess (us-east-1, or where
 * this machine is) is refused.
 *
 * @param profile of the command line
 * @param directory with the app's cdk.json
 * @throws Error that says what to set where no region is said
 */
export async function findWhereabouts(
  profile: string | undefined,
  environment: Environment = process.env,
  directory: string = process.cwd(),
): Promise<Whereabouts> {
  const cdk = { ...settingsIn(join(homedir(), '.cdk.json')), ...settingsIn(join(directory, 'cdk.json')) };
  const names = ['CDK_PROFILE', 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE'];
  const [ofCdk, ...others] = names.map((name) => environment[name]);
  const chosen = [profile, ofCdk, cdk.profile, ...others].find(isSaid);
  const region = [cdk.region, ...REGIONS.map((name) => environment[name]), await regionOf(chosen)].find(isSaid);
  if (region !== undefined) return { region, profile: chosen };
  throw new Error('In which region? Set AWS_REGION, or region in the AWS profile.');
}

const REGIONS = ['AWS_REGION', 'AMAZON_REGION', 'AWS_DEFAULT_REGION', 'AMAZON_DEFAULT_REGION'];

/** @returns the environment in which the CDK's tool and the AWS SDK find just this */
export function environmentOf({ region, profile }: Whereabouts, environment: Environment): Record<string, string> {
  const { AWS_PROFILE: _, AWS_DEFAULT_PROFILE: __, ...rest } = environment;
  const all = { ...rest, AWS_REGION: region, AWS_PROFILE: profile };
  const entries = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return Object.fromEntries(entries);
}

/** As the tool reads the two files: that of credentials first, and the profile `default` where the chosen one has none. */
async function regionOf(profile: string | undefined): Promise<string | undefined> {
  const { credentialsFile, configFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const regions = [profile ?? 'default', 'default'].flatMap((name) => [
    credentialsFile[name]?.['region'],
    configFile[name]?.['region'],
  ]);
  return regions.find(isSaid);
}

function settingsIn(path: string): CdkSettings {
  try {
    return CdkSettings.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new Error(`${path} cannot be read: correct it, or its profile or region.`, { cause });
  }
}

function isSaid(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
