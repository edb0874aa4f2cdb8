/** `npm run deploy`: see docs/deploy.md. */
import { runCommand } from './deploy/command.ts';
import { deploy } from './deploy/deploy.ts';

await runCommand('deploy', deploy);
