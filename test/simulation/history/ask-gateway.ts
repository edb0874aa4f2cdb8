import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import type { Gate, Variant } from '../parties/authorizer.ts';
import { createAuthorizer } from '../parties/authorizer.ts';
import type { Simulation } from './simulation.ts';

interface TokenRequest {
  /** Whom the token is of, or says it is. */
  readonly userId: string;
  readonly token: string;
  readonly variant: Variant;
}

/** A request with a token, as API Gateway asks the authorizer about one, or remembers what it has said. */
export async function askGateway(
  simulation: Simulation,
  draws: Draws,
  { userId, token, variant }: TokenRequest,
): Promise<Gate> {
  const { chronicle, seed, scheduler, processes, stage, gateway, measures, watchers } = simulation;
  chronicle.event();
  const startedAt = scheduler.now;
  const name = `authorizer-${variant}-${draws.between(1, 2)}`;
  const onStoreFailure = drawsOf(seed, name).pick(['allow', 'deny'] as const);
  const container = processes.container(name, () => createAuthorizer(stage, variant, onStoreFailure));
  const party = processes.begin(name, 0.1);
  const api = draws.pick(['http', 'rest'] as const);
  const invoke = (): Promise<Gate> => {
    measures.invoked();
    return container.ask(party, token, api);
  };
  const isCached = variant === 'syncing';
  const { gate, oldestMs } = isCached
    ? await gateway.ask(`${api} ${token}`, invoke)
    : { gate: await invoke(), oldestMs: 0 };
  if (gate.verdict === 'no answer') processes.forget(name);
  const by = oldestMs > 0 ? 'gateway' : 'authorizer';
  chronicle.count(`${by} ${gate.verdict}`);
  chronicle.tell(oldestMs > 0 ? by : party.name, `${userId} is answered ${gate.verdict}`);
  const user = gate.verdict === 'allowed' ? gate.context.user : undefined;
  if (user)
    watchers.inform((watch) => watch.admitted?.({ userId, since: startedAt - oldestMs, isSynced: user.synced }));
  return gate;
}
