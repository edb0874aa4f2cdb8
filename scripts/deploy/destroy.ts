import { describeLosses, isConfirmed } from './confirm.ts';
import { shared } from './deploy.ts';
import { lossesOfAll } from './losses.ts';
import type { Choices, Tools } from './ports.ts';
import { DONE, REFUSED } from './ports.ts';

/**
 * Says what goes and what stays, has that confirmed, and destroys the stack.
 * @returns the exit code; 0 also where there is no stack
 */
export async function destroy(tools: Tools, choices: Choices): Promise<number> {
  const { cdk, account, operator } = tools;
  const synthesised = await cdk.run(['synth', '--quiet', '--output', choices.assembly, ...shared(choices)]);
  if (synthesised !== DONE) return synthesised;
  const { name } = tools.read(choices.assembly);
  const deployed = await account.stack(name);
  if (!deployed) {
    operator.say(`There is no stack ${name}: nothing to destroy.`);
    return DONE;
  }
  if (deployed.isProtected) {
    operator.say(
      `${name} is protected from deletion. If it is to go, take the protection away first:\n` +
        `  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`,
    );
    return REFUSED;
  }
  operator.say(
    `${name} is destroyed. Of what nobody can make again:\n${describeLosses(lossesOfAll(deployed.template))}`,
  );
  if (!(await isConfirmed(name, operator, choices.yes))) return REFUSED;
  const profile = choices.profile === undefined ? [] : ['--profile', choices.profile];
  return cdk.run(['destroy', name, '--force', '--app', choices.assembly, ...profile]);
}
