import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRosterFile } from '../../../functions/admin/roster-file.ts';
import { ADMIN_OPERATIONS } from '../../../scripts/openapi/admin-operations.ts';

const text = readFileSync(new URL('../../../docs/admin.md', import.meta.url), 'utf8');

/** What the examples send, as a shell would take them apart. */
const CALLS = text
  .split('\n')
  .filter((line) => line.startsWith('curl '))
  .map((line) => {
    const [, path = '', query = ''] = /"\$API(\/[^"?]*)(?:\?([^"]*))?"$/.exec(line) ?? [];
    const [, body] = /-d (?:'([^']*)'|"(?:[^"\\]|\\.)*")/.exec(line) ?? [];
    return { line, method: /-X (\w+)/.exec(line)?.[1] ?? 'GET', path, query, body };
  });

const operationOf = ({ method, path }: { method: string; path: string }) =>
  ADMIN_OPERATIONS.find((operation) => {
    const form = new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return operation.method.toUpperCase() === method && form.test(path);
  });

describe('docs/admin.md', () => {
  it('shows every route of the admin API', () => {
    const shown = new Set(CALLS.map((call) => operationOf(call)?.id));
    expect(ADMIN_OPERATIONS.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it.each(CALLS)('shows only what there is: $line', (call) => {
    const operation = operationOf(call);
    const known = (operation?.parameters ?? []).map((parameter) => (parameter as { name: string }).name);
    const asked = [...new URLSearchParams(call.query).keys()];
    expect(operation).toBeDefined();
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
    expect(call.line).toContain('-H "Authorization: Bearer $ADMIN_KEY"');
    expect(() => JSON.parse(call.body ?? '{}') as unknown).not.toThrow();
  });

  it('shows a file that can be imported', () => {
    const [, file = ''] = /```csv\n(.*?)```/s.exec(text) ?? [];
    expect(readRosterFile(file)).toMatchObject({
      status: 'read',
      badRows: 0,
      entries: [
        { email: 'ada@example.com', cohort: 'autumn', attributes: { desk: '4b' } },
        { email: 'bob@example.com', attributes: {} },
      ],
    });
  });
});
