import type { Server } from 'node:http';

export interface Listener {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes every connection, also those that wait for an answer. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Absent: 127.0.0.1. */
  readonly host?: string;
  /** Absent or 0: a free one. */
  readonly port?: number;
  /** What to do about a taken port, as the end of the message. */
  readonly advice?: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * Starts listening.
 * @throws When the port is taken or may not be used; the message names it.
 */
export async function listen(server: Server, options: ListenOptions = {}): Promise<Listener> {
  const host = options.host ?? LOOPBACK;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, options)));
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port: cannot happen.');
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`, port: address.port, close };
}

function explain(error: NodeJS.ErrnoException, host: string, options: ListenOptions): Error {
  const place = `Port ${options.port ?? 0} on ${host}`;
  const advice = options.advice ?? 'Choose another port.';
  if (error.code === 'EADDRINUSE') return new Error(`${place} is taken. ${advice}`, { cause: error });
  if (error.code === 'EACCES') return new Error(`${place} may not be used by this user. ${advice}`, { cause: error });
  return new Error(`${place} cannot be listened on: ${error.message}`, { cause: error });
}
