import type { JsonObject } from '../../../shared/domain/json.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { MemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import { createMemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import { drawsOf } from '../draws.ts';
import { Watchers } from '../invariants/watchers.ts';
import { ChangeStream, NAMES, USERS } from '../parties/change-stream.ts';
import { GatewayCache } from '../parties/gateway.ts';
import type { Stage } from '../parties/stage.ts';
import type { Seams } from '../plants/plant.ts';
import { Measures } from '../world/measures.ts';
import { People } from '../world/people.ts';
import { Scheduler } from '../world/scheduler.ts';
import { Weather } from '../world/storms.ts';
import type { Message } from '../world/svix.ts';
import { Svix } from '../world/svix.ts';
import { SimulatedTable } from '../world/table.ts';
import { Tokens } from '../world/tokens.ts';
import { Vault } from '../world/vault.ts';
import { BEGIN, Chronicle } from './chronicle.ts';
import { deliver } from './deliveries.ts';
import { KnownUsers } from './known-users.ts';
import { Processes } from './processes.ts';
import { Runs } from './runs.ts';
import type { Settings } from './settings.ts';
import { settingsOf } from './settings.ts';
import { stageOf } from './stage-of.ts';
import { truthOf } from './truth.ts';

/** The world, the functions in it, and the invariants that watch. */
export class Simulation {
  readonly seed: number;
  readonly settings: Settings;
  readonly scheduler = new Scheduler(BEGIN);
  readonly #now = (): number => this.scheduler.now;
  readonly chronicle = new Chronicle(this.scheduler);
  readonly weather = new Weather(this.#now);
  readonly people: People;
  readonly table = new SimulatedTable(this.#now);
  readonly vault = new Vault(this.scheduler);
  readonly measures = new Measures(this.#now);
  readonly tokens: Tokens;
  readonly bus: MemoryEventPublisher;
  readonly gateway: GatewayCache;
  readonly svix: Svix;
  readonly processes: Processes;
  readonly stage: Stage;
  readonly runs = new Runs(this);
  /** The stream of names that change, and the one of users. */
  readonly names: ChangeStream;
  readonly changes: ChangeStream;
  readonly users = new KnownUsers();
  /** Messages that were answered with 200. */
  readonly accepted = new Map<string, Message>();
  readonly watchers: Watchers;
  /** Somebody has edited items by hand. */
  isEdited = false;
  #newcomers = 0;

  constructor(seed: number, seams: Seams = {}) {
    this.seed = seed;
    this.settings = settingsOf(seed);
    this.people = new People(seed, this.#now);
    this.tokens = new Tokens(this.people, this.vault, this.#now);
    this.bus = this.#createBus();
    const { cacheMs } = this.settings;
    this.gateway = new GatewayCache(this.#now, seams.cacheMs?.(cacheMs) ?? cacheMs);
    this.processes = new Processes(seed);
    this.stage = stageOf(this, seams);
    this.svix = new Svix({
      ...this.stage,
      keep: (work) => this.chronicle.keep(work),
      deliver: (attempt) => deliver(this, attempt),
    });
    this.names = new ChangeStream(this.stage, NAMES);
    this.changes = new ChangeStream(this.stage, USERS);
    this.watchers = new Watchers(truthOf(this), (invariant, detail) => this.chronicle.broken(invariant, detail));
  }

  /** Lets something go on by itself. */
  keep(work: Promise<unknown>): void {
    this.chronicle.keep(work);
  }

  /** A name for somebody new. */
  newcomer(): string {
    this.#newcomers += 1;
    return `p${this.#newcomers}`;
  }

  /** The application writes its attributes of a user: of that the stream tells, too. */
  writeApp(user: StoredUser, app: JsonObject): void {
    this.table.store.writeApp(user.id, app);
    this.users.app.set(user.id, app);
    this.changes.userChanged(user, this.table.get(user.id) ?? user);
  }

  /** Refuses some events now and then, and takes those before them. */
  #createBus(): MemoryEventPublisher {
    const draws = drawsOf(this.seed, 'bus');
    return createMemoryEventPublisher(() => {
      if (!this.weather.strikes('bus-down', draws)) return undefined;
      this.chronicle.count('fault bus-down');
      return 'ThrottlingException';
    });
  }
}
