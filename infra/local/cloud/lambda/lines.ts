import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** CloudWatch takes no longer log event. In characters. */
const LONGEST_LINE = 256 * 1024;

/** Calls back with each line of a stream; a line that does not end is handed on in pieces. */
export function onEachLine(stream: Readable, handle: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) handle(line.replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (rest !== '') handle(rest);
  });
}
