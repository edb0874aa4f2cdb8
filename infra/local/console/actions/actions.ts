import type { Action, ActionResult } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import { Unreachable } from '../sources/call.ts';
import { breakRow } from './break-row.ts';
import { ban, changeUser, deleteUser, signUp } from './clerk-actions.ts';
import { readAction } from './read-action.ts';
import { approve, startRun } from './run-actions.ts';
import { visit } from './visit.ts';
import { deliverWaiting, setWebhooks } from './webhook-actions.ts';

/** Does what the page's buttons ask for, as anybody could over HTTP: the keys stay here. */
export class Actions {
  readonly #place: ConsolePlace;

  constructor(place: ConsolePlace) {
    this.#place = place;
  }

  /** @returns undefined for what is no action */
  async take(value: unknown): Promise<ActionResult | undefined> {
    const action = readAction(value);
    if (action === undefined) return undefined;
    try {
      return await perform(action, this.#place);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { ok: false, message: `${error.part} ${error.message}.` };
    }
  }
}

function perform(action: Action, place: ConsolePlace): Promise<ActionResult> {
  switch (action.action) {
    case 'sign-up':
      return signUp(action, place);
    case 'change':
      return changeUser(action, place);
    case 'ban':
    case 'unban':
      return ban(action.userId, action.action, place);
    case 'delete':
      return deleteUser(action.userId, place);
    case 'visit':
      return visit(action.userId, place);
    case 'break-row':
      return breakRow(action.userId, place);
    case 'webhooks':
      return setWebhooks(action.mode, place);
    case 'deliver-waiting':
      return deliverWaiting(place);
    case 'run':
      return startRun(action.kind, place);
    case 'approve':
      return approve(action.runId, place);
  }
}
