import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleGroup, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { IScheduleTarget, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface ReconcileScheduleProps {
  readonly namePrefix: string;
  /** When full runs start; undefined for none. */
  readonly full: ScheduleExpression | undefined;
  /** When incremental runs start; undefined for none. */
  readonly incremental: ScheduleExpression | undefined;
  /** A durable function is only invoked through a version or an alias. */
  readonly target: Alias;
  /** Where an event goes that could not be delivered. */
  readonly failures: IQueue;
}

/**
 * Starts runs on time: schedules named `full` and `incremental` in a group of the construct's own. A run itself is asynchronous
 * and may take hours.
 */
export class ReconcileSchedule extends Construct {
  constructor(scope: Construct, id: string, props: ReconcileScheduleProps) {
    super(scope, id);
    // Nothing in it outlives the stack; kept, its name would stand in the way of the next deployment.
    const group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = this.#role(group, props);
    const add = (id: string, mode: 'full' | 'incremental', description: string): void => {
      const expression = props[mode];
      if (!expression) return;
      const schedule = new Schedule(this, id, {
        scheduleName: `${props.namePrefix}${mode}`,
        scheduleGroup: group,
        description,
        schedule: expression,
        timeWindow: TimeWindow.off(),
        target: runOf(mode, props, role),
      });
      // The role's permissions are a resource beside it: without them the first start would fail.
      schedule.node.addDependency(role);
    };
    add('Full', 'full', 'Compares every Clerk user with the table and repairs what differs');
    add('Incremental', 'incremental', 'Looks at what Clerk has changed since the last run and repairs what differs');
  }

  /** Only schedules of this group may take the role, and only to invoke the alias and to keep what was not delivered. */
  #role(group: ScheduleGroup, { target, failures }: ReconcileScheduleProps): Role {
    const fromGroup = { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn };
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: fromGroup } }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }));
    return role;
  }
}

function runOf(mode: string, { target, failures }: ReconcileScheduleProps, role: Role): IScheduleTarget {
  return {
    bind: () => ({
      arn: target.functionArn,
      role,
      input: ScheduleTargetInput.fromObject({ mode }),
      deadLetterConfig: { arn: failures.queueArn },
      // Retries deliver the event, they do not repeat the run. An hour outlives a throttled account or a slow deployment.
      retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: Duration.hours(1).toSeconds() },
    }),
  };
}
