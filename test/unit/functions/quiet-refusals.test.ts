import { afterEach, expect, it, vi } from 'vitest';
import { silenceRefusals } from '../../../functions/authorizer/quiet-refusals.ts';
import { CONCEALED } from '../../../functions/middleware/conceal-errors.ts';
import { UNAUTHORIZED, UNAVAILABLE } from '../../../functions/authorizer/thrown-answers.ts';

afterEach(() => vi.restoreAllMocks());

it('What the runtime notes of a refusal, or of what has been logged, is not written, and of everything else it is', () => {
  const written: unknown[][] = [];
  const { console } = globalThis;
  // The runtime's own, as it stands before the function is loaded.
  vi.spyOn(console, 'error').mockImplementation((...data: unknown[]) => void written.push(data));
  silenceRefusals();
  const defect = new Error('Internal error'); // Another than the one that is thrown for what has been logged.
  const lookalike = new Error('Unauthorized');
  for (const data of [[UNAUTHORIZED], [CONCEALED], [UNAVAILABLE], [defect], [lookalike], ['a line', 5], []])
    console.error(...data);
  expect(written).toEqual([[UNAVAILABLE], [defect], [lookalike], ['a line', 5], []]);
});
