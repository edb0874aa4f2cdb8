import { Agent, request } from 'node:http';

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came of sending for a while. */
export interface Step {
  readonly requests: number;
  /** Answered with anything but 200. */
  readonly failed: number;
  readonly seconds: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
}

/** Keeps so many requests under way for so long: each connection sends its next one when the last is answered. */
export async function sendFor(ms: number, concurrency: number, next: () => Outgoing): Promise<Step> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const took: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < ms) {
      const sentAt = performance.now();
      if ((await send(agent, next())) !== 200) failed += 1;
      took.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  took.sort((a, b) => a - b);
  return { requests: took.length, failed, seconds, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/** @returns the status; 0 for none */
function send(agent: Agent, { method, url, headers, body }: Outgoing): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

/** @param sorted ascending */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
