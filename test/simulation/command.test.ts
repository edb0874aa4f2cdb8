import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXPECTED, neverHappened } from './campaign/coverage.ts';
import { PLANTS } from './plants/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/simulate.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

interface Report {
  readonly ok: boolean;
  readonly histories: number;
  readonly events: number;
  readonly violations: readonly {
    readonly seed: number;
    readonly invariant: string;
    readonly replay: string;
    readonly story: readonly string[];
  }[];
  readonly seconds: number;
  readonly coverage: Readonly<Record<string, number>>;
}

describe('npm run simulate', () => {
  it('prints one document, and exits 0 when every promise was kept', { timeout: 120_000 }, () => {
    const { status, stdout } = simulate('--histories', '4', '--seed', '5', '--json');
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(0);
    expect(report).toMatchObject({ ok: true, histories: 4, violations: [] });
    expect(report.events).toBeGreaterThan(800);
    expect(report.coverage['act sign-in']).toBeGreaterThan(0);
  });

  it('exits 1 for a planted fault, and says how to play it again', { timeout: 120_000 }, () => {
    const { status, stdout } = simulate('--plant', 'lease-ignored', '--histories', '1', '--json');
    const [violation] = (JSON.parse(stdout) as Report).violations;
    expect(status).toBe(1);
    expect(violation?.invariant).toBe('deletions-within-the-guard');
    expect(violation?.replay).toBe(`npm run simulate -- --replay ${violation?.seed} --plant lease-ignored`);
    expect(violation?.story.at(-1)).toContain('BROKEN');
  });

  it('lists the plants', () => {
    const { status, stdout } = simulate('--list-plants', '--json');
    const { plants } = JSON.parse(stdout) as { readonly plants: readonly { readonly name: string }[] };
    expect(status).toBe(0);
    expect(plants.map(({ name }) => name)).toEqual(PLANTS.map(({ name }) => name));
  });

  it.each([
    [['--histories', 'many'], '--histories must be a whole number from 1 to 4294967295, not "many".'],
    [['--plant', 'roses'], 'There is no plant "roses".'],
    [['--histories', '5', '--from', '5'], '--from 5 leaves nothing to do of 5 histories.'],
    [['--sed', '5'], 'Usage: npm run simulate'],
  ])('refuses %j and says why', (args, why) => {
    const { status, stderr } = simulate(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
  });
});

describe('Coverage', () => {
  it('names what has never happened', () => {
    const all = Object.fromEntries(EXPECTED.map((what) => [what, 1]));
    expect(neverHappened(all)).toEqual([]);
    expect(neverHappened({ ...all, 'act purge': 0 })).toEqual(['act purge']);
  });
});
