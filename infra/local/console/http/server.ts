import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerJson } from '../../http/answer.ts';
import { readBody } from '../../http/body.ts';
import { parseJson } from '../../cloud/json.ts';
import type { Actions } from '../actions/actions.ts';
import type { Live } from '../live.ts';
import type { Watch } from '../watch.ts';
import { whyRefused } from './guard.ts';
import { SECURITY_HEADERS } from './headers.ts';
import type { PageFiles } from './page-files.ts';

export interface ConsoleParts {
  readonly watch: Watch;
  readonly live: Live;
  readonly actions: Actions;
  readonly files: PageFiles;
  readonly onProblem: (message: string) => void;
}

const LARGEST_BODY = 16 * 1024;
/** A key that DynamoDB refuses would be asked for with every look. */
const LONGEST_ID = 400;

/** The page, what it shows, and what its buttons do: see `answer`. */
export function consoleServer(parts: ConsoleParts): Server {
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    answer(request, response, parts).catch((error: unknown) => {
      parts.onProblem(`The console: ${request.method} ${request.url}: ${String(error)}`);
      if (!response.headersSent)
        answerJson(response, 500, { error: 'The console has failed: see where npm start runs.' });
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: ConsoleParts): Promise<void> {
  const refusal = whyRefused(request);
  if (refusal !== undefined) return answerJson(response, 403, { error: refusal });
  const url = urlOf(request);
  const { watch, live } = parts;
  if (request.method === 'POST' && url.pathname === '/api/actions') return act(request, response, parts);
  if (request.method !== 'GET') return answerJson(response, 405, { error: 'Only GET, and POST /api/actions.' });
  if (url.pathname === '/api/live') return live.open(response);
  if (url.pathname === '/api/users')
    return answerJson(response, 200, watch.mirror.list(url.searchParams.get('search') ?? ''));
  const userId = userIdIn(url.pathname);
  if (userId !== undefined) return answerUser(response, watch, userId);
  return answerFile(url.pathname, response, parts.files);
}

/** Behind a host, so that a path of two slashes is a path and not another host. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://console${url.startsWith('/') ? url : `/${url}`}`);
}

/** Any text that the key of a row can have: whoever writes into the table by hand need not write an id of Clerk's. */
function userIdIn(path: string): string | undefined {
  try {
    const id = decodeURIComponent(/^\/api\/users\/([^/]+)$/.exec(path)?.[1] ?? '');
    return id !== '' && id.length <= LONGEST_ID ? id : undefined;
  } catch {
    return undefined;
  }
}

function answerUser(response: ServerResponse, watch: Watch, userId: string): void {
  // "Gone" is something that the page shows, not an error of it.
  answerJson(response, 200, watch.user(userId) ?? null);
}

async function answerFile(path: string, response: ServerResponse, files: PageFiles): Promise<void> {
  const file = await files.find(path);
  if (file === undefined) return answerJson(response, 404, { error: `There is no ${path} here: open /.` });
  response.writeHead(200, { 'content-type': file.contentType });
  response.end(file.content);
}

async function act(request: IncomingMessage, response: ServerResponse, { actions }: ConsoleParts): Promise<void> {
  const body = await readBody(request, LARGEST_BODY);
  const wanted = body === 'too large' ? undefined : parseJson(body.toString('utf8'));
  const result = await actions.take(wanted);
  if (result === undefined)
    return answerJson(response, 400, { error: 'There is no such action, or a field of it is missing.' });
  return answerJson(response, 200, result);
}
