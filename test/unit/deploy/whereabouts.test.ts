import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { environmentOf, findWhereabouts } from '../../../scripts/deploy/whereabouts.ts';

/** Home of somebody with two profiles, and the folder of an app. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'whereabouts-'));
  mkdirSync(join(directory, 'app'));
  writeFileSync(join(directory, 'config'), '[profile work]\nregion = eu-central-1\n[profile bare]\noutput = json\n');
  vi.stubEnv('HOME', directory);
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(directory, 'credentials'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const find = (environment: Record<string, string>, profile?: string) =>
  findWhereabouts(profile, environment, join(directory, 'app'));
const cdkJson = (settings: object): void =>
  writeFileSync(join(directory, 'app', 'cdk.json'), JSON.stringify({ app: 'node app.ts', ...settings }));

describe('where a deployment acts', () => {
  it.each([
    [{ AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1', AMAZON_REGION: 'eu-west-2' }, 'eu-west-2'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1', AMAZON_REGION: 'eu-west-2', AWS_REGION: 'eu-west-3' }, 'eu-west-3'],
    [{ AMAZON_DEFAULT_REGION: 'eu-north-1', AWS_REGION: '' }, 'eu-north-1'],
    [{ AWS_PROFILE: 'work' }, 'eu-central-1'],
    [{ AWS_DEFAULT_PROFILE: 'work' }, 'eu-central-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1', AWS_PROFILE: 'work' }, 'eu-west-1'],
  ])('with %j is %s, as the CDK finds it', async (environment, region) => {
    expect(await find(environment)).toMatchObject({ region });
  });

  it('is by the profile of the command line, before that of cdk.json, before that of the environment', async () => {
    const environment = { AWS_DEFAULT_PROFILE: 'bare', AWS_REGION: 'eu-west-1' };
    expect(await find(environment)).toMatchObject({ profile: 'bare' });
    cdkJson({ profile: 'work' });
    expect(await find(environment)).toMatchObject({ profile: 'work' });
    expect(await find(environment, 'mine')).toMatchObject({ profile: 'mine' });
  });

  it('is not guessed', async () => {
    await expect(find({})).rejects.toThrow('In which region? Set AWS_REGION');
    await expect(find({ AWS_PROFILE: 'bare' })).rejects.toThrow('In which region?');
  });

  it('is not taken from a cdk.json that cannot be read', async () => {
    writeFileSync(join(directory, 'app', 'cdk.json'), '{');
    await expect(find({ AWS_REGION: 'eu-west-1' })).rejects.toThrow(/cdk\.json cannot be read/);
  });

  it('is told to the tool in the names that win there', () => {
    const environment = { PATH: '/bin', AWS_DEFAULT_REGION: 'us-east-1', AWS_DEFAULT_PROFILE: 'other' };
    const where = { region: 'eu-west-1', profile: 'work' };
    expect(environmentOf(where, environment)).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_PROFILE: 'work' });
    expect(environmentOf({ ...where, profile: undefined }, environment)).toEqual({
      PATH: '/bin',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_REGION: 'eu-west-1',
    });
  });
});
