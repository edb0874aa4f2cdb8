import type { JsonObject } from '../../../shared/domain/json.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import type { DeletionGuard } from '../../../shared/sync/reconcile/guard.ts';
import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import type { MemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import { createMemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import { INVARIANTS } from '../invariants/index.ts';
import type { Administered, EndedRun, HealthTold, Truth, Watch } from '../invariants/invariant.ts';
import type { StartRun } from '../parties/admin.ts';
import type { Gate, Variant } from '../parties/authorizer.ts';
import { createAuthorizer } from '../parties/authorizer.ts';
import { ChangeStream, NAMES, USERS } from '../parties/change-stream.ts';
import { Execution } from '../parties/durable-execution.ts';
import { CACHE_MS, GatewayCache } from '../parties/gateway.ts';
import type { RunEvent } from '../parties/reconciler.ts';
import { createReconciler } from '../parties/reconciler.ts';
import type { Stage } from '../parties/stage.ts';
import { partyOf, skewOf, watchedLog } from '../parties/stage.ts';
import { createWebhook } from '../parties/webhook.ts';
import type { Seams } from '../plants/plant.ts';
import { Measures } from '../world/measures.ts';
import { People } from '../world/people.ts';
import type { Party } from '../world/scheduler.ts';
import { Scheduler } from '../world/scheduler.ts';
import { Weather } from '../world/storms.ts';
import type { Attempt, Message } from '../world/svix.ts';
import { Svix } from '../world/svix.ts';
import { SimulatedTable } from '../world/table.ts';
import { Tokens } from '../world/tokens.ts';
import { Vault } from '../world/vault.ts';

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/** When every history begins: 2026-03-01, at no whole second. */
export const BEGIN = Date.UTC(2026, 2, 1, 9, 0, 0, 123);

/** What is broken when something throws that nobody expects. */
export const NO_DEFECT = 'no-defect';

/** A run that is under way. */
interface Running {
  readonly event: RunEvent;
  readonly execution: Execution<RunSummary>;
  readonly startedAt: number;
  readonly shown: Set<string>;
  watermark: number | undefined;
  written: number;
}

/** The world, the functions in it, and the invariants that watch. */
export class Simulation {
  readonly seed: number;
  readonly scheduler = new Scheduler(BEGIN);
  readonly people: People;
  readonly table: SimulatedTable;
  readonly vault: Vault;
  readonly measures: Measures;
  readonly tokens: Tokens;
  readonly weather: Weather;
  readonly svix: Svix;
  readonly stage: Stage;
  readonly story: string[] = [];
  readonly coverage = new Map<string, number>();
  readonly violations: Violation[] = [];
  readonly accepted = new Map<string, Message>();
  readonly erased = new Set<string>();
  /** What the application has written to each user. */
  readonly app = new Map<string, JsonObject>();
  readonly limits: ReconcileLimits;
  /** Administrators have asked for their erasure although Clerk has them. */
  readonly erasable = new Set<string>();
  readonly #retentionDays: number | undefined;
  readonly #watches: readonly Watch[];
  readonly #absentAt = new Map<string, number>();
  readonly #announced = new Set<string>();
  readonly #runs: Running[] = [];
  readonly #runOf = new WeakMap<Party, Running>();
  readonly #asked = new Map<string, RunEvent>();
  readonly #names: ChangeStream;
  readonly #users: ChangeStream;
  readonly #bus: MemoryEventPublisher;
  readonly #gateway: GatewayCache;
  readonly #containers = new Map<string, unknown>();
  #events = 0;
  #newcomers = 0;
  #parties = 0;
  lastHeld: string | undefined;
  /** Whether somebody edits items in this history, and has: then only a forced run makes the table equal to Clerk. */
  readonly hasHands: boolean;
  isEdited = false;

  constructor(seed: number, seams: Seams = {}) {
    this.seed = seed;
    const now = (): number => this.scheduler.now;
    const draws = drawsOf(seed, 'world');
    this.people = new People(seed, now);
    this.table = new SimulatedTable(now);
    this.vault = new Vault(this.scheduler);
    this.measures = new Measures(now);
    this.tokens = new Tokens(this.people, this.vault, now);
    this.weather = new Weather(now);
    this.limits = limitsOf(draws);
    this.hasHands = drawsOf(seed, 'hands').chance(0.35);
    this.#retentionDays = draws.pick([undefined, 0.5]);
    const ttlMs = drawsOf(seed, 'gateway').pick([0, CACHE_MS, CACHE_MS]);
    this.#gateway = new GatewayCache(now, seams.cacheMs?.(ttlMs) ?? ttlMs);
    this.#bus = this.#createBus();
    this.stage = {
      seed,
      scheduler: this.scheduler,
      weather: this.weather,
      people: this.people,
      table: this.table,
      bus: this.#bus,
      vault: this.vault,
      measures: this.measures,
      audit: this.table.audit,
      log: watchedLog((what) => this.#broken(NO_DEFECT, what)),
      signed: ({ text, startedAt, isAccepted }) => {
        const terms = this.tokens.termsOf(text);
        this.#inform((watch) => watch.signed?.({ what: 'token', startedAt, terms, isAccepted }));
      },
      seams,
      hasRoster: draws.chance(0.5),
      appWritten: (user) => {
        this.app.set(user.id, user.app);
        this.tell(this.scheduler.party?.name ?? 'world', `attributes of ${user.id} changed`);
      },
      returningUser: draws.pick(['fresh', 'relink']),
      count: (what) => this.count(what),
      tell: (who, what) => this.tell(who, what),
      absent: (id) => void this.#absentAt.set(id, now()),
      shown: (ids, party) => {
        const run = party && this.#runOf.get(party);
        if (run) run.watermark ??= this.table.updatedAt;
        for (const id of ids) run?.shown.add(id);
      },
      written: (transition, party) => {
        const run = party && this.#runOf.get(party);
        if (run) run.written += 1;
        const { write, before, after } = transition;
        if (write.runChange && run) this.#asked.set(write.runChange.runId, run.event);
        if (write.erase) this.erased.add(after.id);
        else if (!after.tombstone) this.erased.delete(after.id);
        const what = after.tombstone ? (before?.tombstone ? 'buried' : 'deleted') : before ? 'changed' : 'created';
        this.tell(party?.name ?? 'world', `${what} ${after.id}, revision ${after.revision}`);
        for (const { name } of write.moves) this.#names.nameChanged(name);
        this.#users.userChanged(before, after);
        this.#inform((watch) => watch.written?.(transition, party?.name));
      },
    };
    this.svix = new Svix({
      ...this.stage,
      keep: (work) => this.keep(work),
      deliver: (attempt) => this.#deliver(attempt),
    });
    this.#names = new ChangeStream(this.stage, NAMES);
    this.#users = new ChangeStream(this.stage, USERS);
    const truth = this.#truth(this.limits.guard);
    this.#watches = INVARIANTS.map(({ name, watch }) => watch(truth, (detail) => this.#broken(name, detail)));
  }

  get events(): number {
    return this.#events;
  }

  /** Counts something that happened in the world, towards the length of the history. */
  count(what: string): void {
    this.coverage.set(what, (this.coverage.get(what) ?? 0) + 1);
  }

  /** A name for somebody new. */
  newcomer(): string {
    this.#newcomers += 1;
    return `p${this.#newcomers}`;
  }

  event(): void {
    this.#events += 1;
  }

  /** Lets something go on by itself. Whatever it throws is a defect, in the functions or in the world. */
  keep(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { name, stack = '' } = error instanceof Error ? error : new Error(String(error));
      this.#broken(NO_DEFECT, `${name}\n${stack}`);
    });
  }

  tell(who: string, what: string): void {
    this.story.push(`${timeOf(this.scheduler.now)} ${who}: ${what}`);
  }

  /** A new process of a container. */
  party(container: string, mostMinutes?: number): Party {
    this.#parties += 1;
    const name = `${container}-${this.#parties}`;
    return partyOf(name, skewOf(this.seed, container, mostMinutes), drawsOf(this.seed, 'party', this.#parties));
  }

  /** A container, which lives until its process dies. */
  container<T>(name: string, create: () => T): T {
    const known = this.#containers.get(name);
    if (known !== undefined) return known as T;
    const created = create();
    this.#containers.set(name, created);
    return created;
  }

  forget(container: string): void {
    this.#containers.delete(container);
  }

  /** A request with a token, as API Gateway asks the authorizer about one. */
  async signIn(userId: string, token: string, draws: Draws, variant: Variant) {
    this.event();
    const startedAt = this.scheduler.now;
    const name = `authorizer-${variant}-${draws.between(1, 2)}`;
    const onStoreFailure = drawsOf(this.seed, name).pick(['allow', 'deny'] as const);
    const container = this.container(name, () => createAuthorizer(this.stage, variant, onStoreFailure));
    const party = this.party(name, 0.1);
    const invoke = (): Promise<Gate> => {
      this.measures.invoked();
      return container.ask(party, token, api);
    };
    const api = draws.pick(['http', 'rest'] as const);
    const isCached = variant === 'syncing';
    const { gate, oldestMs } = isCached
      ? await this.#gateway.ask(`${api} ${token}`, invoke)
      : { gate: await invoke(), oldestMs: 0 };
    if (gate.verdict === 'no answer') this.forget(name);
    const by = oldestMs > 0 ? 'gateway' : 'authorizer';
    this.count(`${by} ${gate.verdict}`);
    this.tell(oldestMs > 0 ? by : party.name, `${userId} is answered ${gate.verdict}`);
    const user = gate.verdict === 'allowed' ? gate.context.user : undefined;
    if (user) this.#inform((watch) => watch.admitted?.({ userId, since: startedAt - oldestMs, isSynced: user.synced }));
    return gate;
  }

  admit(userId: string, startedAt: number): void {
    this.#inform((watch) => watch.admitted?.({ userId, since: startedAt, isSynced: true }));
  }

  /** Starts a run. @returns tells when it has ended */
  run(event: RunEvent): Promise<RunSummary | undefined> {
    this.event();
    const number = this.#runs.length + 1;
    const skewMs = skewOf(this.seed, `reconciler-${number}`);
    return new Promise((resolve) => {
      const execution = new Execution<RunSummary>({
        scheduler: this.scheduler,
        count: (what) => this.count(what),
        party: (invocation) => {
          const name = `run-${number}.${invocation}`;
          const draws = drawsOf(this.seed, name);
          const party = partyOf(name, skewMs + draws.between(-400, 400), draws);
          this.#runOf.set(party, running);
          return party;
        },
        // Each invocation has a process of its own: what one that died has held back holds nobody else back.
        run: (context) => createReconciler(this.stage, this.limits, this.#retentionDays)(event, context),
        ended: (outcome) => this.keep(this.#runEnded(running, outcome).then(resolve)),
      });
      const startedAt = this.scheduler.now;
      const running: Running = { event, execution, startedAt, shown: new Set(), watermark: undefined, written: 0 };
      this.#runs.push(running);
      this.tell('schedule', `starts run ${number}, ${JSON.stringify(event)}`);
      execution.start();
    });
  }

  /** An administrator has been answered. */
  administered(request: Administered): void {
    this.#inform((watch) => watch.administered?.(request));
  }

  healthTold(told: HealthTold): void {
    this.#inform((watch) => watch.healthTold?.(told));
  }

  /** Lambda, which takes runs on, each once. */
  takesRunsOn(): StartRun {
    const draws = drawsOf(this.seed, 'lambda', this.#parties);
    return (request) => {
      if (this.weather.strikes('bus-down', draws)) return false;
      this.scheduler.at(this.scheduler.now, () => this.keep(this.run(request)));
      return true;
    };
  }

  /** The application has written its attributes of a user: of that the stream tells, too. */
  appChanged(before: StoredUser, app: JsonObject): void {
    this.app.set(before.id, app);
    this.#users.userChanged(before, { ...before, app });
  }

  underWay(): readonly Execution<RunSummary>[] {
    return this.#runs.flatMap(({ execution }) => (execution.hasEnded ? [] : [execution]));
  }

  async atRest(): Promise<void> {
    for (const watch of this.#watches) await watch.atRest?.();
  }

  replayed(before: Parameters<NonNullable<Watch['replayed']>>[0]): void {
    this.#inform((watch) => watch.replayed?.(before));
  }

  broken(invariant: string, detail: string): void {
    this.#broken(invariant, detail);
  }

  async #runEnded(
    running: Running,
    outcome: { readonly answer: RunSummary } | { readonly error: unknown } | 'stopped',
  ): Promise<RunSummary | undefined> {
    const { event, startedAt, shown, written } = running;
    if (outcome === 'stopped' || 'error' in outcome) {
      const why = outcome === 'stopped' ? 'stopped' : 'thrown';
      this.count(`run ${why}`);
      this.tell('schedule', `hears that a run was ${why}`);
      return undefined;
    }
    const summary = outcome.answer;
    this.count(`run ${event.dryRun ? 'dry' : event.mode} ${summary.status}`);
    const why = summary.failedBecause ?? summary.heldBecause;
    this.tell('schedule', `hears that run ${summary.runId} is ${summary.status}${why === undefined ? '' : `: ${why}`}`);
    if (summary.status === 'held') this.lastHeld = summary.runId;
    const { watermark = this.table.updatedAt } = running;
    const ended: EndedRun = { event, summary, startedAt, shown, watermark, written };
    for (const watch of this.#watches) await watch.runEnded?.(ended);
    return summary;
  }

  async #deliver(attempt: Attempt): Promise<number | undefined> {
    this.event();
    const startedAt = this.scheduler.now;
    const { message } = attempt;
    const name = `webhook-${drawsOf(this.seed, message.id, 'container').between(1, 2)}`;
    const parsed = parseWebhookEvent(message.body, this.scheduler.now);
    // Whatever Clerk has signed may be applied from here on, also by an attempt that is answered with a failure.
    if (parsed.kind === 'deletion' && !message.id.startsWith('forged')) this.#announced.add(parsed.snapshot.id);
    const container = this.container(name, () => createWebhook(this.stage));
    const party = this.party(name);
    this.measures.invoked();
    const received = await container.receive(party, attempt);
    if (!received) this.forget(name);
    this.count(received ? `webhook ${received.status} ${received.outcome}` : 'webhook no answer');
    this.tell(
      party.name,
      `answers ${message.id} with ${received ? `${received.status} ${received.outcome}` : 'nothing'}`,
    );
    if (received?.status === 200 || received?.status === 400) {
      const terms = this.vault.termsOf(message.secret);
      const isAccepted = received.status === 200;
      this.#inform((watch) => watch.signed?.({ what: 'webhook', startedAt, terms, isAccepted }));
    }
    if (received?.status === 200) {
      this.accepted.set(message.id, message);
      for (const watch of this.#watches) await watch.accepted?.({ message, outcome: received.outcome, startedAt });
    }
    return received?.status;
  }

  /** Refuses some events now and then, and takes those before them. */
  #createBus(): MemoryEventPublisher {
    const draws = drawsOf(this.seed, 'bus');
    return createMemoryEventPublisher(() => {
      if (!this.weather.strikes('bus-down', draws)) return undefined;
      this.count('fault bus-down');
      return 'ThrottlingException';
    });
  }

  #inform(tell: (watch: Watch) => void): void {
    for (const watch of this.#watches) tell(watch);
  }

  #broken(invariant: string, detail: string): void {
    this.violations.push({ invariant, detail });
    this.tell('BROKEN', `${invariant}: ${detail}`);
    this.scheduler.halt();
  }

  #truth(guard: DeletionGuard): Truth {
    return {
      now: () => this.scheduler.now,
      people: this.people,
      table: this.table,
      guard,
      absentAt: (id) => this.#absentAt.get(id),
      isDeletionAnnounced: (id) => this.#announced.has(id),
      modeOf: (runId) => (runId === undefined ? undefined : this.#asked.get(runId)?.mode),
      isThorough: (runId) => {
        const asked = runId === undefined ? undefined : this.#asked.get(runId);
        return asked?.force === true || asked?.mode === 'user';
      },
      app: this.app,
      told: () => this.#bus.events,
      failedSince: (time) => this.measures.sumSince(time, 'failed'),
      isErasable: (id) => this.erasable.has(id),
      isErased: (id) => this.erased.has(id),
    };
  }
}

/** Small pages, chunks and guards, so that a handful of people meets every bound. */
function limitsOf(draws: Draws): ReconcileLimits {
  return {
    ...RECONCILE_LIMITS,
    pageSize: draws.between(1, 5),
    windows: draws.between(1, 4),
    largeMoment: draws.pick([1, 2, 5_000]),
    mostChanged: draws.pick([3, 20_000]),
    chunkMs: draws.pick([30, 200, 60_000]),
    atOnce: draws.between(1, 4),
    guard: draws.pick([
      { most: 4, mostOfAll: 0.5, share: 0.1, few: 2 },
      { most: 10, mostOfAll: 0.5, share: 0.2, few: 3 },
      RECONCILE_LIMITS.guard,
    ]),
  };
}

/** Time since the beginning, as `d hh:mm:ss.mmm`. */
function timeOf(now: number): string {
  const ms = now - BEGIN;
  return `${Math.floor(ms / 86_400_000)}d ${new Date(ms).toISOString().slice(11, 23)}`;
}
