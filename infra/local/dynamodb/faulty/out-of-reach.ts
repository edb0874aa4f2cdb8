import type { Socket } from 'node:net';
import type { StoreFaults } from '../faults.ts';
import type { Draws } from './draws.ts';

/** What nobody can reach: refuses connections, or takes calls and never answers. */
export class OutOfReach {
  readonly #draws: Draws;
  readonly #unanswered = new Set<Socket>();

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  /** A connection that comes while nobody is there. */
  connect(socket: Socket, down: StoreFaults['down']): void {
    if (down === 'refusing' || (down === true && this.#draws.next('refused connection') < 0.5)) hangUp(socket);
  }

  /** A call over a connection that is there already. */
  call(socket: Socket, down: StoreFaults['down']): void {
    if (down === 'refusing') return hangUp(socket);
    this.#unanswered.add(socket);
    socket.once('close', () => this.#unanswered.delete(socket));
  }

  /** Somebody is there again: what was never answered is reset, as by a machine that has started afresh. */
  return(): void {
    for (const socket of this.#unanswered) hangUp(socket);
  }
}

/** Ends a connection the hard way: the other side is told that it was reset. */
export function hangUp(socket: Socket): void {
  socket.resetAndDestroy();
}
