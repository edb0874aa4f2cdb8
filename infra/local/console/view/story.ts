import type { StoryLine } from '../contract.ts';
import type { Told } from './log-story.ts';

/** What somebody who opens the page sees at once; older lines are in the log. */
const KEPT = 200;

/** What has been told, the latest last. */
export class Story {
  #lines: StoryLine[] = [];
  #told = 0;

  get lines(): readonly StoryLine[] {
    return this.#lines;
  }

  /** @returns the new lines, numbered, in the order in which they happened; only the latest, where there are more than are kept */
  add(told: readonly Told[]): readonly StoryLine[] {
    const inOrder = told.toSorted((a, b) => a.at - b.at);
    const added = inOrder.map((line) => ({ ...line, number: (this.#told += 1) }));
    this.#lines = [...this.#lines, ...added].slice(-KEPT);
    return added.slice(-KEPT);
  }
}
