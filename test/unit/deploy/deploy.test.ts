import { beforeEach, describe, expect, it } from 'vitest';
import { deploy } from '../../../scripts/deploy/deploy.ts';
import { destroy } from '../../../scripts/deploy/destroy.ts';
import type { Choices, DeployedStack, Tools } from '../../../scripts/deploy/ports.ts';

const table = (properties: object = {}, DeletionPolicy = 'Delete'): object => ({
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: properties,
  DeletionPolicy,
});
const SECRET = { Type: 'AWS::SecretsManager::Secret' };
const OUTPUTS = {
  ApiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com',
  WebhookUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com/webhooks/clerk',
  SecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk-AbCdEf',
  AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
};

/** What there is, and what was done. */
interface Scene {
  deployed: DeployedStack | undefined;
  next: object;
  answer: string | undefined;
  subscribers: number;
  codes: Record<string, number>;
  readonly calls: (readonly string[])[];
  readonly said: string[];
}

let scene: Scene;
beforeEach(() => {
  const resources = { Table: table(), Secret: SECRET };
  const deployed = { template: { Resources: resources }, isProtected: false };
  scene = { deployed, next: resources, answer: undefined, subscribers: 1, codes: {}, calls: [], said: [] };
});

const choices = (more: Partial<Choices> = {}): Choices => ({
  context: ['stage=staging'],
  profile: undefined,
  yes: false,
  assembly: '/assembly',
  ...more,
});

function tools(): Tools {
  return {
    cdk: {
      run(parameters) {
        scene.calls.push(parameters);
        return Promise.resolve(scene.codes[parameters[0] ?? ''] ?? 0);
      },
    },
    account: {
      stack: () => Promise.resolve(scene.deployed),
      outputs: () => Promise.resolve(OUTPUTS),
      subscribers: () => Promise.resolve(scene.subscribers),
    },
    operator: {
      say: (text) => scene.said.push(text),
      ask: () => Promise.resolve(scene.answer),
    },
    read: () => ({ name: 'clerk-sync-staging', template: { Resources: scene.next } }),
  };
}

const commands = (): readonly (string | undefined)[] => scene.calls.map(([command]) => command);
const told = (): string => scene.said.join('\n');

describe('npm run deploy', () => {
  it('synthesises with the context, and deploys exactly what it looked at', async () => {
    expect(await deploy(tools(), choices({ profile: 'work' }))).toBe(0);
    expect(scene.calls).toEqual([
      ['synth', '--quiet', '--output', '/assembly', '--context', 'stage=staging', '--profile', 'work'],
      'deploy clerk-sync-staging --app /assembly --require-approval broadening --profile work'.split(' '),
    ]);
  });

  it('says what to paste into Clerk and AWS, and holds no secret', async () => {
    await deploy(tools(), choices());
    expect(told()).toContain('"updatedAt": "{{user.updated_at}}"');
    expect(told()).toContain(OUTPUTS.WebhookUrl);
    expect(told()).toContain(`--secret-id ${OUTPUTS.SecretArn}`);
    expect(told()).toMatch(/PEM public key.*JWKS/s);
    expect(told()).toContain('npm run doctor -- --stack clerk-sync-staging');
    expect(told()).not.toContain('WARNING');
  });

  it('warns that nobody is told of alarms, and says how to change that', async () => {
    scene.subscribers = 0;
    expect(await deploy(tools(), choices())).toBe(0);
    expect(told()).toMatch(/WARNING: nobody is told .*aws sns subscribe --topic-arn arn:aws:sns/s);
  });

  it('is done when it is done, also where the credentials may not look up what is next: that is a warning', async () => {
    const denied = () =>
      Promise.reject(new Error('These credentials lack the permission sns:ListSubscriptionsByTopic.'));
    const { account, ...others } = tools();
    expect(await deploy({ ...others, account: { ...account, subscribers: denied } }, choices())).toBe(0);
    expect(told()).toMatch(/WARNING: clerk-sync-staging is deployed, but .* permission sns:ListSubscriptionsByTopic/);
  });

  it('asks when the table is to lose what protects it', async () => {
    scene.deployed = { template: { Resources: { Table: table({}, 'Retain'), Secret: SECRET } }, isProtected: true };
    expect(await deploy(tools(), choices())).toBe(1);
    expect(told()).toContain('is no longer protected from being deleted (DeletionPolicy)');
    expect(await deploy(tools(), choices({ yes: true }))).toBe(0);
  });

  it('makes a stack that is not there without asking', async () => {
    scene.deployed = undefined;
    expect(await deploy(tools(), choices())).toBe(0);
    expect(told()).toContain('There is no stack clerk-sync-staging yet');
  });

  it.each(['synth', 'deploy'])("ends with the tool's own code when %s fails, and claims nothing", async (command) => {
    scene.codes[command] = 130;
    expect(await deploy(tools(), choices())).toBe(130);
    expect(commands().at(-1)).toBe(command);
    expect(told()).not.toContain('is deployed');
  });

  describe('that would lose a secret', () => {
    beforeEach(() => {
      scene.next = { Table: table() };
    });

    it('goes on when the name of the stack is typed', async () => {
      scene.answer = 'clerk-sync-staging\n';
      expect(await deploy(tools(), choices())).toBe(0);
      expect(told()).toContain("the secret with Clerk's keys (Secret) is deleted, with all that is in it");
    });

    it.each(['y', 'clerk-sync', ''])('does not go on for %j', async (answer) => {
      scene.answer = answer;
      expect(await deploy(tools(), choices())).toBe(1);
      expect(commands()).toEqual(['synth']);
    });

    it('does not go on where nobody can answer, unless --yes was given beforehand', async () => {
      expect(await deploy(tools(), choices())).toBe(1);
      expect(told()).toContain('Add --yes');
      expect(await deploy(tools(), choices({ yes: true }))).toBe(0);
      expect(scene.calls.at(-1)).toContain('never');
    });
  });

  it.each([
    ['replaces', { Table: table({ TableName: 'other' }), Secret: SECRET }],
    ['deletes', { Secret: SECRET }],
  ])('is refused when it %s the table, also with --yes', async (_, next) => {
    scene.next = next;
    expect(await deploy(tools(), choices({ yes: true }))).toBe(1);
    expect(commands()).toEqual(['synth']);
    expect(told()).toMatch(/refused, also with --yes\. Undo the change/);
  });

  it('asks when it leaves the table behind, whose successor would be empty', async () => {
    scene.deployed = { template: { Resources: { Table: table({}, 'Retain'), Secret: SECRET } }, isProtected: true };
    scene.next = { Renamed: table({}, 'Retain'), Secret: SECRET };
    expect(await deploy(tools(), choices())).toBe(1);
    scene.answer = 'clerk-sync-staging';
    expect(await deploy(tools(), choices())).toBe(0);
    expect(told()).toContain('stays in the account, but nothing uses it any more');
  });
});

describe('npm run destroy', () => {
  it('says what goes and what stays, and goes on when the name is typed', async () => {
    scene.deployed = { template: { Resources: { Table: table({}, 'Retain'), Secret: SECRET } }, isProtected: false };
    scene.answer = 'clerk-sync-staging';
    expect(await destroy(tools(), choices())).toBe(0);
    expect(told()).toMatch(/the table of users .*stays.*\n.*the secret .* is deleted/);
    expect(scene.calls.at(-1)).toEqual(['destroy', 'clerk-sync-staging', '--force', '--app', '/assembly']);
  });

  it.each([undefined, 'yes'])('destroys nothing for the answer %j', async (answer) => {
    scene.answer = answer;
    expect(await destroy(tools(), choices())).toBe(1);
    expect(commands()).toEqual(['synth']);
  });

  it('does not touch a protected stack, also with --yes, and says how to take the protection away', async () => {
    scene.deployed = { template: { Resources: {} }, isProtected: true };
    expect(await destroy(tools(), choices({ yes: true }))).toBe(1);
    expect(commands()).toEqual(['synth']);
    expect(told()).toContain('update-termination-protection --no-enable-termination-protection');
  });

  it('has nothing to do where there is no stack', async () => {
    scene.deployed = undefined;
    expect(await destroy(tools(), choices())).toBe(0);
    expect(commands()).toEqual(['synth']);
  });

  it("ends with the tool's own code", async () => {
    scene.codes['destroy'] = 3;
    expect(await destroy(tools(), choices({ yes: true }))).toBe(3);
  });
});
