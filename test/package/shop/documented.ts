import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Shop as Alarmed } from '../../../docs/examples/snippets/alarm-topic.ts';
import { Shop as Authorised } from '../../../docs/examples/snippets/authorizer.ts';
import { Shop as Ordering } from '../../../docs/examples/snippets/construct.ts';
import { Shop as WithTable } from '../../../docs/examples/snippets/existing-table.ts';
import { Shop as WithOutputs } from '../../../docs/examples/snippets/outputs.ts';

const CLERK = { issuer: 'https://clerk.example.com', authorizedParties: ['https://app.example.com'] };
const CODE = {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({});'),
};

/** By the file that has it, what pages show of the infrastructure. */
const SNIPPETS: Readonly<Record<string, (app: App) => void>> = {
  'alarm-topic': (app) => new Alarmed(app, CLERK),
  authorizer: (app) => new Authorised(app, { ...CLERK, code: CODE }),
  construct: (app) => new Ordering(app, CODE),
  'existing-table': (app) => new WithTable(app, { ...CLERK, dataStack: new Stack(app, 'Data') }),
  outputs: (app) => new WithOutputs(app, CLERK),
};

/** Synthesises each into a folder of its own. */
export function synthesiseDocumented(outdir: string): void {
  for (const [name, build] of Object.entries(SNIPPETS)) {
    const app = new App({ outdir: join(outdir, name) });
    build(app);
    app.synth();
  }
}
