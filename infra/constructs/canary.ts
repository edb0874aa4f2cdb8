import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { ILambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias, Function, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { wildcardPolicy } from './wildcards.ts';

/** A function and the alias that its callers name. */
export interface Released {
  readonly lambda: Function;
  readonly alias: Alias;
}

export interface CanaryProps {
  readonly released: readonly Released[];
  readonly config?: ILambdaDeploymentConfig | undefined;
  /** What ends a deployment and brings the old version back. */
  readonly alarms: readonly IAlarm[];
}

/** The name of every alias. */
export const LIVE = 'live';

/** An alias as API Gateway's constructs take it: the CDK's class and its interface differ where properties may be absent. */
export function callable(alias: Alias): IFunction {
  if (isFunction(alias)) return alias;
  throw new Error('The CDK no longer takes an alias for a function.');
}

function isFunction(alias: Alias | IFunction): alias is IFunction {
  return 'functionArn' in alias && 'addPermission' in alias;
}

/**
 * Lets a new version take over by and by: a part of the requests first, and all of them when no alarm has rung meanwhile. The
 * alarms are looked at over five minutes, so that a part must have had twice as long.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, { released, config, alarms }: CanaryProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    const { role, policies } = this.#role(released.map(({ lambda }) => lambda));
    for (const { lambda, alias } of released) {
      const group = new LambdaDeploymentGroup(this, `${lambda.node.scope?.node.id ?? ''}Group`, {
        application,
        alias,
        deploymentConfig: config ?? LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
        alarms: [...alarms],
        autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: alarms.length > 0 },
        // The CDK would put AWS's managed policy on it, which lets it update every alias of the account.
        role: role.withoutPolicyUpdates(),
      });
      group.node.addDependency(...policies);
    }
  }

  /** The role that CodeDeploy takes: it moves these aliases, and looks at alarms. */
  #role(functions: readonly Function[]): { role: Role; policies: readonly Policy[] } {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    const statement = new PolicyStatement({
      actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
      // By name and not by reference: the alias waits for the deployment group, which waits for this.
      resources: functions.flatMap(({ functionArn }) => [functionArn, `${functionArn}:${LIVE}`]),
    });
    const move = new Policy(this, 'MoveAliases', { statements: [statement], roles: [role] });
    return { role, policies: [move, wildcardPolicy(this, 'WatchAlarms', 'watchAlarms', { role })] };
  }
}
