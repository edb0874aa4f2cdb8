import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { read } from '../support/docs/pages.ts';
import { toldBy } from '../support/docs/told.ts';
import { EXPECTED, neverHappened } from './campaign/coverage.ts';
import { PLANTS } from './plants/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the page says to type, in its own order: many histories, one of them, with a plant, and which plants there are. */
const [many = '', one = '', planted = '', listing = ''] = toldBy(read('docs/simulation.md')).commands.filter(
  (command) => command.startsWith('npm run simulate -- '),
);

function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/simulate.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** A command as it stands there, with more behind it. */
const type = (command: string, ...more: readonly string[]) => simulate(...command.split(' ').slice(4), ...more);

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
    expect(many).toBe('npm run simulate -- --histories 5000');
    const { status, stdout } = type(many.replace('5000', '4'), '--seed', '5', '--json');
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(0);
    expect(report).toMatchObject({ ok: true, histories: 4, violations: [] });
    expect(report.events).toBeGreaterThan(800);
    expect(report.coverage['act sign-in']).toBeGreaterThan(0);
  });

  it('exits 1 for a planted fault, and says how to play it again', { timeout: 120_000 }, () => {
    const { status, stdout } = type(planted, '--json');
    const [violation] = (JSON.parse(stdout) as Report).violations;
    expect(status).toBe(1);
    expect(violation?.invariant).toBe('deletions-within-the-guard');
    expect(planted).toBe('npm run simulate -- --plant no-guard');
    expect(violation?.replay).toBe(`npm run simulate -- --replay ${violation?.seed} --plant no-guard`);
    expect(violation?.story.at(-1)).toContain('BROKEN');
  });

  it('plays one history, line by line', () => {
    expect(one).toMatch(/ --replay \d+$/);
    const { status, stdout, stderr } = type(one);
    expect(status).toBe(0);
    expect(stdout.split('\n').length).toBeGreaterThan(200);
    expect(stderr).toContain('No promise was broken.');
  });

  it('lists the plants', () => {
    expect(listing).toBe('npm run simulate -- --list-plants');
    const { status, stdout } = type(listing, '--json');
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
