/** `npm run destroy`: see docs/deploy.md. */
import { runCommand } from './deploy/command.ts';
import { destroy } from './deploy/destroy.ts';

await runCommand('destroy', destroy);
