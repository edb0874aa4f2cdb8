/** For the handlers: a run's steps tell unexpected errors in the same way. */
export { factsOfError } from '../../shared/sync/told-errors.ts';
