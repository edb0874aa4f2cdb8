/** Built as CommonJS in a plain `.js` file. */
import { basename } from 'node:path';

export const handler = async (event: unknown): Promise<unknown> => ({ file: basename(__filename), event });
