import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWith, startScriptedEndpoint } from './scripted-endpoint.ts';

/** A call of the table, as it came over HTTP. */
export interface RecordedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What becomes of calls: they pass, are refused as throttled or not permitted, get no answer, or one that is late by some ms. */
export type Condition = 'up' | 'throttled' | 'denied' | 'silent' | { readonly lateMs: number };

const REFUSALS = {
  throttled: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  denied: 'com.amazon.coral.service#AccessDeniedException',
};

/** An endpoint in front of an engine that takes down every call. */
export interface RecordedEndpoint {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  condition: Condition;
  close(): Promise<void>;
}

export async function startRecordedEndpoint(engineUrl: string): Promise<RecordedEndpoint> {
  const calls: RecordedCall[] = [];
  let isOpen = true;
  const endpoint = await startScriptedEndpoint((request, response, body) => {
    const target = String(request.headers['x-amz-target']);
    calls.push({ operation: target.split('.')[1] ?? '', input: JSON.parse(body) as RecordedCall['input'] });
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(x-amz-|authorization|content-type)/.test(name),
    );
    void pass(recorded.condition, response, async () => {
      // A late call may outlive the engine behind.
      if (!isOpen) return;
      const answer = await fetch(engineUrl, {
        method: 'POST',
        body,
        headers: headers.map(([name, value]) => [name, String(value)]),
      });
      answerWith(response, answer.status, await answer.json());
    });
  });
  const close = (): Promise<void> => {
    isOpen = false;
    return endpoint.close();
  };
  const recorded: RecordedEndpoint = { url: endpoint.url, calls, condition: 'up', close };
  return recorded;
}

async function pass(condition: Condition, response: ServerResponse, forward: () => Promise<void>): Promise<void> {
  if (condition === 'silent') return;
  if (condition === 'throttled' || condition === 'denied') {
    const message = 'Refused: user#user_person1, zelda@secret-mail.example.';
    return answerWith(response, 400, { __type: REFUSALS[condition], message });
  }
  if (condition !== 'up') await sleep(condition.lateMs, undefined, { ref: false });
  await forward();
}
