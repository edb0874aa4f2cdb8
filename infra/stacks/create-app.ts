import { Annotations, App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { BundleSource } from '../constructs/bundles.ts';
import { ClerkSyncStack } from './clerk-sync-stack.ts';
import { Context } from './context.ts';
import { EXAMPLE_ISSUER, readSettings } from './settings.ts';
import type { Settings } from './settings.ts';

/**
 * The CDK app: one stack, as the context says, checked against AWS's recommendations while it is synthesised.
 * @param bundles where the functions' code comes from; from source by default
 * @throws SettingError when the context cannot be deployed
 */
export function createApp(props?: AppProps, bundles?: BundleSource): App {
  const app = new App(props);
  const settings = readSettings(new Context(app.node));
  const stack = createStack(app, settings, bundles);
  warn(stack, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function createStack(app: App, settings: Settings, bundles: BundleSource | undefined): ClerkSyncStack {
  return new ClerkSyncStack(app, settings.stackName, {
    ...settings,
    description: 'An exact, current mirror of the users of a Clerk instance',
    ...(bundles && { bundles }),
  });
}

function warn(stack: ClerkSyncStack, settings: Settings): void {
  const annotations = Annotations.of(stack);
  if (settings.issuer === EXAMPLE_ISSUER) {
    annotations.addWarningV2(
      'clerk-sync:example-issuer',
      `issuer is the example ${EXAMPLE_ISSUER}: every token would be refused. Before you deploy, pass your instance's Frontend ` +
        'API URL as -c issuer=https://… and your origins as -c authorizedParties=https://…',
    );
  }
  if (settings.unknown.length > 0) {
    annotations.addWarningV2(
      'clerk-sync:unknown-context',
      `Nothing reads the context ${settings.unknown.join(', ')}: misspelt?`,
    );
  }
}
