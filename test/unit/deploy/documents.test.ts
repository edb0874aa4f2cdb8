import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SESSION_CLAIMS } from '../../../scripts/deploy/what-to-paste.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');

it('The claims that a deployment says to paste are those of the runbook', () => {
  const [, json = ''] = /```json\n([^`]*updatedAt[^`]*)```/.exec(read('docs/runbook.md')) ?? [];
  expect(JSON.parse(json)).toEqual(SESSION_CLAIMS);
});

it('docs/deploy.md has every option of the commands', () => {
  const options = [...read('scripts/deploy/command.ts').matchAll(/^ {6}(\w+): \{ type:/gm)].map(([, name]) => name);
  expect(options).toEqual(['stage', 'context', 'profile', 'yes']);
  const document = read('docs/deploy.md');
  for (const option of ['`--stage NAME`', '`-c NAME=VALUE`', '`--profile NAME`', '`--yes`']) {
    expect(document).toContain(option);
  }
});
