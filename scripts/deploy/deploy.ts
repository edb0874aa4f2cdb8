import { describeLosses, isConfirmed } from './confirm.ts';
import { isTable, lossesOf } from './losses.ts';
import type { Choices, NextStack, Tools } from './ports.ts';
import { DONE, REFUSED } from './ports.ts';
import { whatToPaste } from './what-to-paste.ts';

/**
 * Synthesises, looks at what would be lost, has that confirmed, deploys, and says what is to be done by hand.
 * @returns the exit code
 */
export async function deploy(tools: Tools, choices: Choices): Promise<number> {
  const synthesised = await tools.cdk.run(['synth', '--quiet', '--output', choices.assembly, ...shared(choices)]);
  if (synthesised !== DONE) return synthesised;
  const next = tools.read(choices.assembly);
  if (!(await mayGoOn(next, tools, choices.yes))) return REFUSED;
  const deployed = await tools.cdk.run([
    'deploy',
    next.name,
    '--app',
    choices.assembly,
    // What was lost has been asked for; a terminal still sees what permissions grow by, and CI cannot be asked.
    '--require-approval',
    choices.yes ? 'never' : 'broadening',
    ...profileOf(choices),
  ]);
  if (deployed !== DONE) return deployed;
  await sayWhatIsNext(next.name, tools).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    tools.operator.say(`WARNING: ${next.name} is deployed, but what is to be done next cannot be looked up: ${why}`);
  });
  return DONE;
}

/** What the app is told, and on whose behalf. */
export function shared(choices: Choices): readonly string[] {
  return [...choices.context.flatMap((each) => ['--context', each]), ...profileOf(choices)];
}

function profileOf({ profile }: Choices): readonly string[] {
  return profile === undefined ? [] : ['--profile', profile];
}

async function mayGoOn({ name, template }: NextStack, { account, operator }: Tools, yes: boolean): Promise<boolean> {
  const deployed = await account.stack(name);
  if (!deployed) {
    operator.say(`There is no stack ${name} yet: it is made.`);
    return true;
  }
  const losses = lossesOf(deployed.template, template);
  if (losses.length === 0) return true;
  operator.say(`This deployment of ${name} loses what nobody can make again:\n${describeLosses(losses)}`);
  if (losses.some((loss) => isTable(loss) && (loss.how === 'deleted' || loss.how === 'replaced'))) {
    operator.say(
      'The table would be gone, and with it all that your application keeps on its users: that is refused, also with --yes. Undo the ' +
        'change that replaces or removes it, or move its data first and take it out of the stack with removalPolicy RETAIN.',
    );
    return false;
  }
  return isConfirmed(name, operator, yes);
}

async function sayWhatIsNext(name: string, { account, operator }: Tools): Promise<void> {
  const outputs = await account.outputs(name);
  operator.say(whatToPaste(name, outputs));
  const topic = outputs['AlarmTopicArn'];
  if (topic === undefined) return;
  if ((await account.subscribers(topic)) > 0) return;
  operator.say(
    `WARNING: nobody is told when an alarm rings: the topic ${topic} has no subscriber. Add one:\n` +
      `  aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint YOU@EXAMPLE.COM`,
  );
}
