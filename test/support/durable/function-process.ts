/** One invocation in a process of its own: `node function-process.ts <bundle>`, the event as the first message. */
import { pathToFileURL } from 'node:url';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const bundle = process.argv[2] ?? '';
const { handler } = (await import(pathToFileURL(bundle).href)) as { handler: Handler };

process.once('message', (event: unknown) => {
  const deadline = Date.now() + 30_000;
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => deadline - Date.now() };
  handler(event, context).then(
    (payload) => reply({ ok: true, payload }),
    (error: Error) => reply({ ok: false, error: { errorType: error.name, errorMessage: error.message } }),
  );
});
process.send?.('ready');

function reply(result: object): void {
  process.send?.(result, () => process.exit(0));
}
