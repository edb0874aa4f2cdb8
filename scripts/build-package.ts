import { buildPackage } from './package/build-package.ts';

// npm reads what pack answers from the standard output: what is done meanwhile is told beside it.
await buildPackage((message) => process.stderr.write(`${message}\n`));
