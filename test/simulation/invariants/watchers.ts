import { INVARIANTS } from './index.ts';
import type { Truth, Watch } from './invariant.ts';

type Telling<Answer> = (watch: Watch) => Answer;

/** All invariants, in one history: each is told of what happens, in turn. */
export class Watchers {
  readonly #watches: readonly Watch[];

  /** @param broken told which promise was broken, and how */
  constructor(truth: Truth, broken: (invariant: string, detail: string) => void) {
    this.#watches = INVARIANTS.map(({ name, watch }) => watch(truth, (detail) => broken(name, detail)));
  }

  inform(tell: Telling<void>): void {
    for (const watch of this.#watches) tell(watch);
  }

  /** Of what some have to look up something first: one after the other. */
  async informInTurn(tell: Telling<void | Promise<void>>): Promise<void> {
    for (const watch of this.#watches) await tell(watch);
  }
}
