import { Duration } from 'aws-cdk-lib';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { AuthorizerVariants } from './authorizers.ts';
import type { BundleSource, FunctionName } from './bundles.ts';
import { LIVE } from './canary.ts';
import type { Released } from './canary.ts';
import { MEMORY_SIZES } from './memory-sizes.ts';
import { NodeFunction } from './node-function.ts';
import type { FunctionSettings } from './node-function.ts';
import { Reconciler } from './reconciler.ts';

export interface SyncFunctionsProps {
  readonly common: FunctionSettings;
  readonly bundles: BundleSource;
  readonly authorizerConcurrency: number | undefined;
  /** MB; undefined for the usual size. */
  readonly reconcilerMemory: number | undefined;
  /** Whether there is an authorizer for public routes. */
  readonly optionalAuthorizer: boolean;
  /** Whether there is an administrative API. */
  readonly admin: boolean;
}

/** The functions, sized and timed, with no permission but their log yet. */
export class SyncFunctions extends Construct {
  readonly all: Readonly<Record<FunctionName, Function>>;
  /** The authorizer's code three times, each behind the alias that APIs call. */
  readonly authorizers: AuthorizerVariants<Released>;
  readonly reconciler: Reconciler;
  /** There only when asked for. */
  readonly admin: Function | undefined;
  readonly #props: SyncFunctionsProps;
  readonly #bundles: BundleSource;

  constructor(scope: Construct, id: string, props: SyncFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.#bundles = props.bundles;
    const memorySize = props.reconcilerMemory ?? MEMORY_SIZES.reconciler;
    const code = this.#bundles('reconciler');
    this.reconciler = new Reconciler(this, 'Reconciler', { ...props.common, code, memorySize });
    this.all = {
      authorizer: this.#authorizer(
        'Authorizer',
        'Verifies the session token and puts the mirrored user on the request',
      ),
      // Svix gives up on an answer after 15 seconds and would come again while the first attempt is still at work.
      webhook: this.#function('webhook', 'Applies the events that Clerk sends', Duration.seconds(14)),
      // A new user's PATCH reads the table, asks Clerk and writes twice, each within a limit of its own: 19 s at most.
      users: this.#function('users', 'Answers /users/me and /users/sync', Duration.seconds(20)),
      whoami: this.#function(
        'whoami',
        'Answers GET /whoami: the user as the authorizer passed it on',
        Duration.seconds(10),
      ),
      changes: this.#function(
        'changes',
        'Gives emails and usernames to those who have them, and tells the bus of changes',
        Duration.seconds(120),
      ),
      reconciler: this.reconciler.lambda,
    };
    this.authorizers = {
      syncing: release(this.all.authorizer),
      verifyOnly: release(
        this.#authorizer('VerifyOnly', 'Verifies the session token and reads the mirror, which it leaves as it is'),
      ),
      optional: props.optionalAuthorizer ? this.#optional() : undefined,
    };
    this.admin = props.admin ? this.#admin() : undefined;
  }

  #optional(): Released {
    const description = 'Puts the mirrored user on the request of a public route, if there is one';
    return release(this.#authorizer('OptionalAuth', description));
  }

  #admin(): Function {
    return new NodeFunction(this, 'Admin', {
      ...this.#props.common,
      description: 'Answers /admin/…: runs, quarantine, roster and single users, for whoever has an admin key',
      code: this.#bundles('admin'),
      memorySize: MEMORY_SIZES.admin,
      timeout: Duration.seconds(29),
    }).lambda;
  }

  #authorizer(id: 'Authorizer' | 'VerifyOnly' | 'OptionalAuth', description: string): Function {
    const concurrency = id === 'Authorizer' ? this.#props.authorizerConcurrency : undefined;
    return new NodeFunction(this, id, {
      ...this.#props.common,
      description,
      code: this.#bundles('authorizer'),
      memorySize: MEMORY_SIZES.authorizer,
      timeout: Duration.seconds(5),
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    }).lambda;
  }

  #function(
    name: Exclude<FunctionName, 'authorizer' | 'reconciler'>,
    description: string,
    timeout: Duration,
  ): Function {
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const code = this.#bundles(name);
    const memorySize = MEMORY_SIZES.others;
    return new NodeFunction(this, id, { ...this.#props.common, description, code, memorySize, timeout }).lambda;
  }
}

function release(lambda: Function): Released {
  return { lambda, alias: lambda.addAlias(LIVE) };
}
