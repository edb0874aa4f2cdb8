import type { Listener } from '../http/server.ts';
import type { Closers } from './closers.ts';
import { httpApis } from './http-api/definition.ts';
import type { HttpApiDefinition } from './http-api/definition.ts';
import { serveHttpApi } from './http-api/server.ts';
import type { Serving } from './http-api/server.ts';
import type { Observer } from './observer.ts';
import type { LocalCloudOptions } from './options.ts';
import type { Stack } from './template/stack.ts';

/** An API whose port is taken already: a port in use is the likeliest failure, so it shows before anything else starts. */
export interface ListeningApi {
  readonly definition: HttpApiDefinition;
  readonly url: string;
  /** Lets the requests in. */
  readonly open: (serving: Serving) => void;
}

const PORT_ADVICE = 'Stop the program that uses it, or choose another port with --port.';

/** Takes a port for every HTTP API of the stack: the first one gets the port that was asked for. */
export async function listenForApis(
  stack: Stack,
  cloud: LocalCloudOptions,
  observer: Observer,
  closers: Closers,
): Promise<ListeningApi[]> {
  const apis: ListeningApi[] = [];
  for (const definition of httpApis(stack)) {
    const serving = Promise.withResolvers<Serving>();
    const listener: Listener = await serveHttpApi(serving.promise, {
      advice: PORT_ADVICE,
      onProblem: observer.problem,
      ...(cloud.host === undefined ? {} : { host: cloud.host }),
      ...(cloud.port === undefined || apis.length > 0 ? {} : { port: cloud.port }),
    });
    closers.add(() => listener.close());
    apis.push({ definition, url: listener.url, open: serving.resolve });
  }
  return apis;
}

/** @returns Puts the local URL of an API wherever a text has the one that a deployment would have. */
export function localiser(apis: readonly ListeningApi[], region: string): (text: string) => string {
  return (text) =>
    apis.reduce(
      (result, { definition, url }) =>
        result.replaceAll(`https://${definition.apiId}.execute-api.${region}.amazonaws.com`, url),
      text,
    );
}
