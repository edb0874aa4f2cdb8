import { CONCEALED } from '../middleware/conceal-errors.ts';
import { UNAUTHORIZED } from './thrown-answers.ts';

/**
 * Keeps Lambda's runtime from logging each refusal: it writes every error that a handler throws through `console.error`, and
 * a 401 can only be asked for by throwing. This one says nothing that the count of refusals does not; nor does the one that
 * stands for an error that we have logged ourselves. All others pass.
 */
export function silenceRefusals(): void {
  const { console } = globalThis;
  const report = console.error.bind(console);
  console.error = (...data: unknown[]) => {
    if (data[0] !== UNAUTHORIZED && data[0] !== CONCEALED) report(...data);
  };
}
