import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether runs begin by themselves, and somebody would hear of it if not. */
export const WATCH_CHECKS: readonly Check[] = [
  { name: 'schedule-full', examine: (patient) => schedule('full', patient) ?? noSchedule() },
  { name: 'schedule-incremental', examine: (patient) => schedule('incremental', patient) ?? noHourly() },
  { name: 'alarms', examine: alarms },
  { name: 'alarm-topic', examine: topic },
];

/** By the names that CloudFormation has; whether somebody has switched one off since, only the scheduler could say. */
function schedule(mode: 'full' | 'incremental', patient: Patient): Finding | undefined {
  const name = idsOf('AWS::Scheduler::Schedule', patient).find((each) => each.endsWith(mode));
  if (name !== undefined) return ok(`${name} is deployed; its switch was not looked at, but the last run's age tells`);
  const isByHand = patient.config.stage === 'development';
  return isByHand ? skipped('in development runs are started by hand') : undefined;
}

function noSchedule(): Finding {
  return failed('no schedule starts full runs', 'Deploy with schedules.full, or see that something else starts them.');
}

/** The nightly run finds the same, later. */
function noHourly(): Finding {
  return warning(
    'no schedule starts incremental runs',
    'Deploy with schedules.incremental: lost events are found sooner.',
  );
}

/** As many as `DescribeAlarms` takes at a time. */
const MOST_NAMES = 100;

async function alarms(patient: Patient): Promise<Finding> {
  const names = idsOf('AWS::CloudWatch::Alarm', patient);
  if (names.length === 0) {
    return failed('the stack has no alarms: nobody hears of a failure', "Deploy with the construct's prop alarms.");
  }
  const command = new DescribeAlarmsCommand({ AlarmNames: names.slice(0, MOST_NAMES) });
  const { MetricAlarms: found = [] } = await patient.cloudWatch.send(command);
  const missing = names.slice(0, MOST_NAMES).filter((name) => !found.some(({ AlarmName }) => AlarmName === name));
  if (missing.length > 0)
    return failed(`${missing.join(', ')} is gone`, 'Deploy the stack again: it was deleted by hand.');
  const ringing = found.filter(({ StateValue }) => StateValue === 'ALARM');
  return ringing.length === 0 ? ok(`${found.length}, and none rings`) : rings(ringing);
}

/** Their descriptions say who is hurt, and where to look. */
function rings(ringing: readonly MetricAlarm[]): Finding {
  const names = ringing.map(({ AlarmName = '' }) => AlarmName);
  const descriptions = ringing.map(({ AlarmDescription = '' }) => AlarmDescription);
  return failed(`${names.join(', ')} ${names.length === 1 ? 'rings' : 'ring'}`, descriptions.join('; '));
}

/** The commands bring no client for SNS along. */
function topic(patient: Patient): Finding {
  const [arn] = idsOf('AWS::SNS::Topic', patient);
  if (patient.place.standIn !== undefined) return skipped('the local cloud delivers nothing to subscribers');
  if (arn === undefined) {
    return warning('the stack has no topic of its own', 'See that the topic you gave the alarms has a subscriber.');
  }
  const list = `aws sns list-subscriptions-by-topic --topic-arn ${arn}`;
  return skipped('whether anybody is subscribed to the alarms', `See that this lists somebody: ${list}`);
}

function idsOf(type: string, { resources }: Patient): readonly string[] {
  return resources.filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
}
