import { auditOutcome } from './package/audit-outcome.ts';

const outcome = await auditOutcome(process.cwd());
process.stdout.write(`${outcome.message}\n`);
process.exitCode = outcome.exitCode;
