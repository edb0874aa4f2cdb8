import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isRecord } from '../../../infra/local/cloud/json.ts';
import { listen } from '../../../infra/local/http/server.ts';
import type { SeededRandom } from '../../../infra/local/clerk/random.ts';

/** A message that the webhook has answered with a 2xx: from then on it is ours to keep. */
export interface Accepted {
  readonly messageId: string;
  readonly type: string;
  readonly userId: string;
  /** Clerk's `updated_at` of the user, ms; undefined for a deletion. */
  readonly asOf: number | undefined;
}

/** What stands between Clerk and the webhook, hands every attempt on, and remembers what was answered. */
export interface Witness {
  readonly url: string;
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** How many attempts were answered with which status; 0: with none. */
  readonly answers: ReadonlyMap<number, number>;
  /** Share of the answers that never reach Clerk, which then sends again what was accepted. */
  loseAnswers(rate: number): void;
  /** A planted fault: share of the messages that are answered 200 without the webhook having seen them. */
  swallow(rate: number): void;
  close(): Promise<void>;
}

/** @param webhookUrl of the API's route */
export async function startWitness(webhookUrl: string, random: SeededRandom): Promise<Witness> {
  const accepted = new Map<string, Accepted>();
  const answers = new Map<number, number>();
  let lost = 0;
  let swallowed = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const status = random.chance(swallowed) ? 200 : await passOn(webhookUrl, request, body);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) note(accepted, request, body);
      if (status === 0 || random.chance(lost)) request.socket.resetAndDestroy();
      else response.writeHead(status).end();
    })().catch(() => request.socket.resetAndDestroy());
  });
  const listener = await listen(server);
  return {
    url: listener.url,
    accepted,
    answers,
    loseAnswers: (rate) => void (lost = rate),
    swallow: (rate) => void (swallowed = rate),
    close: () => listener.close(),
  };
}

const SIGNED = ['content-type', 'svix-id', 'svix-timestamp', 'svix-signature'];

/** @returns the webhook's status; 0 when it gave none */
async function passOn(url: string, { headers }: IncomingMessage, body: Buffer): Promise<number> {
  try {
    const signed = Object.fromEntries(SIGNED.map((name) => [name, String(headers[name] ?? '')]));
    const response = await fetch(url, { method: 'POST', headers: signed, body, signal: AbortSignal.timeout(20_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}

function note(accepted: Map<string, Accepted>, { headers }: IncomingMessage, body: Buffer): void {
  const event: unknown = JSON.parse(body.toString('utf8'));
  const data = isRecord(event) ? event['data'] : undefined;
  if (!isRecord(event) || !isRecord(data)) return;
  const messageId = String(headers['svix-id']);
  const asOf = data['updated_at'];
  accepted.set(messageId, {
    messageId,
    type: String(event['type']),
    userId: String(data['id']),
    asOf: typeof asOf === 'number' ? asOf : undefined,
  });
}
