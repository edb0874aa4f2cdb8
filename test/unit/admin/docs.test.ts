import { describe, expect, it } from 'vitest';
import { ADMIN_OPERATIONS } from '../../../scripts/openapi/admin-operations.ts';
import { read } from '../../support/docs/pages.ts';
import { toldBy } from '../../support/docs/told.ts';

describe('docs/admin.md', () => {
  // That each works is shown by test/e2e/documentation.test.ts, which sends them as they stand there.
  it('shows every route of the admin API', () => {
    const calls = toldBy(read('docs/admin.md')).commands.filter((command) => command.startsWith('curl '));
    const shown = calls.map((call) => {
      const [, path = ''] = /"\$API(\/[^"?]*)/.exec(call) ?? [];
      return { method: /-X (\w+)/.exec(call)?.[1] ?? 'GET', path };
    });
    const isShown = ({ method, path }: { readonly method: string; readonly path: string }): boolean => {
      const form = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return shown.some((call) => call.method === method.toUpperCase() && form.test(call.path));
    };
    expect(ADMIN_OPERATIONS.filter((operation) => !isShown(operation)).map(({ id }) => id)).toEqual([]);
  });
});
