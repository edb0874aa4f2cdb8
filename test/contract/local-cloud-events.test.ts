import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asList, asRecord, asText } from '../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import { listWith, textMatching } from '../support/cloud/matchers.ts';
import { buildOrchard, call, changedOrchard, invoked, startOrchard } from '../support/cloud/orchard.ts';
import type { Folder, JsonAnswer, Orchard } from '../support/cloud/orchard.ts';

const HERALD = { 'Fn::GetAtt': ['Herald', 'Arn'] };
const folders: Folder[] = [];
let orchard: Orchard;
let client: EventBridgeClient;
let bus: string;

/** The orchard with a bus, a function that listens, and rules of every kind. */
const ADDED = {
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'harvest' } },
  Herald: {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {}, Timeout: 10 },
    Metadata: { 'aws:asset:path': 'asset.herald' },
  },
  Picked: rule({
    EventPattern: {
      source: ['orchard'],
      'detail-type': ['Picked'],
      detail: { fruit: [{ prefix: 'app' }], ripe: [true] },
    },
    Targets: [{ Id: 'herald', Arn: HERALD }],
  }),
  Everything: rule({ EventBusName: { 'Fn::GetAtt': ['Bus', 'Arn'] }, State: 'DISABLED' }),
  OnTheDefaultBus: rule({ EventBusName: undefined, EventPattern: { 'detail-type': ['Rung'] } }),
  Daily: rule({ EventPattern: undefined, ScheduleExpression: 'rate(1 day)' }),
  Wild: rule({ EventPattern: { source: [{ wildcard: 'o*' }] } }),
  Shortened: rule({ Targets: [{ Id: 'herald', Arn: HERALD, InputPath: '$.detail' }] }),
  TellBell: rule({ Targets: [{ Id: 'bell', Arn: { Ref: 'Bell' } }] }),
  TellElsewhere: rule({ Targets: [{ Id: 'elsewhere', Arn: { 'Fn::GetAtt': ['Elsewhere', 'Arn'] } }] }),
};

function rule(properties: object): object {
  const usual = {
    EventBusName: { Ref: 'Bus' },
    EventPattern: { source: ['orchard'] },
    Targets: [{ Id: 'h', Arn: HERALD }],
  };
  return { Type: 'AWS::Events::Rule', Properties: { ...usual, ...properties } };
}

beforeAll(async () => {
  const built = await buildOrchard();
  folders.push(built);
  const changed = changedOrchard(built.path, (resources) => Object.assign(resources, structuredClone(ADDED)));
  folders.push(changed);
  orchard = await startOrchard({ assembly: changed.path });
  const { region, servicesUrl } = orchard.cloud;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new EventBridgeClient({ region, endpoint: servicesUrl, credentials, maxAttempts: 1 });
  bus = orchard.cloud.physicalId('Bus');
});
afterAll(async () => {
  client?.destroy();
  await orchard?.close();
  for (const folder of folders) folder.remove();
});
beforeEach(() => faults({}));

function faults(body: unknown): Promise<JsonAnswer> {
  return call(`${orchard.url}/__local/bus`, { method: 'PUT', body: JSON.stringify(body) });
}

function entry(detail: object, over: PutEventsRequestEntry = {}): PutEventsRequestEntry {
  return { EventBusName: bus, Source: 'orchard', DetailType: 'Picked', Detail: JSON.stringify(detail), ...over };
}

const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));

async function shown(query: string): Promise<JsonRecord[]> {
  const { text } = await call(`${orchard.url}/__local/events?${query}`);
  return asList(JSON.parse(text)).map(asRecord);
}

async function heard(): Promise<JsonRecord[]> {
  const { text } = await call(`${orchard.url}/__local/logs?function=${orchard.cloud.physicalId('Herald')}&limit=1000`);
  const lines = asList(JSON.parse(text)).map((line) => asText(asRecord(line)['line']) ?? '');
  return lines.filter((line) => line.startsWith('heard ')).map((line) => asRecord(JSON.parse(line.slice(6))));
}

describe('an event bus', () => {
  it('takes events from the real client, at the endpoint that functions are told, and shows them, the newest last', async () => {
    const { environment } = await invoked(orchard.cloud, 'Echo', {});
    expect(asRecord(environment)['AWS_ENDPOINT_URL_EVENTBRIDGE']).toBe(orchard.cloud.servicesUrl);
    const answer = await put(
      entry({ n: 1, test: 'shown' }, { Time: new Date(1_700_000_000_999), Resources: ['tree'] }),
    );
    await put(entry({ n: 2, test: 'shown' }, { DetailType: 'Sold', EventBusName: busArn() }));
    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: textMatching(/^[0-9a-f-]{36}$/) }] });
    const [first, second] = await shown('detail.test=shown');
    expect(first).toEqual({
      version: '0',
      id: answer.Entries?.[0]?.EventId,
      'detail-type': 'Picked',
      source: 'orchard',
      account: '000000000000',
      time: '2023-11-14T22:13:20Z',
      region: 'us-east-1',
      resources: ['tree'],
      detail: { n: 1, test: 'shown' },
      eventBusName: 'harvest',
    });
    expect(second).toMatchObject({ 'detail-type': 'Sold', detail: { n: 2 }, eventBusName: 'harvest' });
  });

  it('shows those that are asked for', async () => {
    await put(...['a', 'b', 'a'].map((who, n) => entry({ test: 'asked', who, n }, { DetailType: `Asked${n % 2}` })));
    const numbers = async (query: string) => (await shown(query)).map(({ detail }) => asRecord(detail)['n']);
    expect(await numbers('detail.test=asked')).toEqual([0, 1, 2]);
    expect(await numbers('detail.test=asked&detail.who=a')).toEqual([0, 2]);
    expect(await numbers('detail-type=Asked1')).toEqual([1]);
    expect(await numbers('detail.test=asked&detail.n=2')).toEqual([2]);
    expect(await numbers('detail.test=asked&limit=2')).toEqual([1, 2]);
    expect(await numbers('detail.test=nobody')).toEqual([]);
  });

  it.each<[string, PutEventsRequestEntry, string]>([
    ['has no source', { Source: '' }, 'InvalidArgument'],
    ['has no type', { DetailType: '' }, 'InvalidArgument'],
    ['has a detail that is no JSON', { Detail: 'picked' }, 'MalformedDetail'],
    ['has a detail that is no object', { Detail: '[1]' }, 'MalformedDetail'],
    ['pretends to be from AWS', { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException'],
    ['is for a bus that is not there', { EventBusName: 'nowhere' }, 'InvalidArgument'],
  ])('refuses an entry that %s, and takes those beside it', async (what, over, ErrorCode) => {
    const good = entry({ test: what });
    const { FailedEntryCount, Entries } = await put(good, entry({ test: what }, over), good);
    expect(FailedEntryCount).toBe(1);
    expect(Entries?.map((result) => result.ErrorCode)).toEqual([undefined, ErrorCode, undefined]);
    expect(await shown(`detail.test=${encodeURIComponent(what)}`)).toHaveLength(2);
  });

  it('refuses calls with no entry, with eleven, and with more than a megabyte of them', async () => {
    const eleven = Array.from({ length: 11 }, () => entry({}));
    const half = entry({ text: 'x'.repeat(512 * 1024) });
    for (const entries of [[], eleven, [half, half]]) {
      await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' });
    }
    expect(await put(half)).toMatchObject({ FailedEntryCount: 0 });
  });

  it('stands in the index with what there is to try, and its type among what is imitated', async () => {
    const { body } = await call(`${orchard.url}/__local`);
    expect(body['controls']).toEqual(
      listWith('GET /__local/events?detail-type=&detail.{field}=&limit=', 'PUT /__local/bus { down, throttle }'),
    );
    expect(orchard.cloud.notImitated).not.toContain('AWS::Events::EventBus');
  });

  function busArn(): string {
    return `arn:aws:events:us-east-1:000000000000:event-bus/${bus}`;
  }
});

describe('a bus that is told to fail', () => {
  it('has no faults until somebody asks for some, and takes a whole set of them at a time', async () => {
    expect((await call(`${orchard.url}/__local/bus`)).body).toEqual({ down: false, throttle: 0 });
    expect((await faults({ down: true, throttle: 0.5 })).body).toEqual({ down: true, throttle: 0.5 });
    expect((await faults({ throttle: 0.25 })).body).toEqual({ down: false, throttle: 0.25 });
  });

  it('answers nobody while it is down', async () => {
    await faults({ down: true });
    await expect(put(entry({ test: 'down' }))).rejects.toMatchObject({ name: 'InternalException', $fault: 'server' });
    await faults({});
    await put(entry({ test: 'down' }));
    expect(await shown('detail.test=down')).toHaveLength(1);
  });

  it('throttles a share of the entries', async () => {
    await faults({ throttle: 0.5 });
    const { Entries } = await put(...[1, 2, 3, 4].map((n) => entry({ test: 'throttled', n })));
    const refused = [undefined, 'ThrottlingException', undefined, 'ThrottlingException'];
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual(refused);
    expect(await shown('detail.test=throttled')).toHaveLength(2);
  });

  it.each<[unknown, RegExp]>([
    [{ down: 1 }, /^down must be true or false/],
    [{ throttle: 2 }, /^throttle must be a rate/],
    [{ slow: 1 }, /^slow is unknown: the fields here are down, throttle/],
    ['x', /^The body must be a JSON object/],
  ])('refuses %j and says what is wrong', async (body, message) => {
    const { status, body: answer } = await faults(body);
    expect([status, answer['error']]).toEqual([400, textMatching(message)]);
  });
});

describe('rules', () => {
  it('hand a function the events of their bus that fit their pattern, as they are shown', async () => {
    await put(
      entry({ test: 'rules', fruit: 'apple', ripe: true }),
      entry({ test: 'rules', fruit: 'apple', ripe: false }),
      entry({ test: 'rules', fruit: 'pear', ripe: true }),
      entry({ test: 'rules', fruit: 'apple', ripe: true }, { DetailType: 'Sold' }),
      entry({ test: 'rules', fruit: 'apple', ripe: true }, { EventBusName: 'default' }),
      entry({ test: 'rules' }, { DetailType: 'Rung', EventBusName: 'default' }),
    );
    const fromRules = async () => (await heard()).filter(({ detail }) => asRecord(detail)['test'] === 'rules');
    await expect.poll(fromRules, { timeout: 10_000 }).toHaveLength(2);
    const all = await shown('detail.test=rules');
    const wanted = [all[0], all.at(-1)].map((event) => {
      const { eventBusName: _, ...handed } = event!;
      return handed;
    });
    expect(await fromRules()).toEqual(expect.arrayContaining(wanted));
  });

  it('whose function fails are a line in the log, and no trouble to whoever publishes', async () => {
    expect(await put(entry({ fruit: 'apple', ripe: true, fails: true }))).toMatchObject({ FailedEntryCount: 0 });
    const problems = async () => (await call(`${orchard.url}/__local/logs?function=local-cloud`)).text;
    await expect.poll(problems, { timeout: 10_000 }).toMatch(/Picked: .*did not take the event .*the horn is broken/);
  });

  it('that are not imitated are listed, with the reason', () => {
    const { notImitated } = orchard.cloud;
    expect(notImitated.filter((line) => line.startsWith('AWS::Events::'))).toEqual([
      'AWS::Events::Rule Daily: only rules with an event pattern are imitated.',
      textMatching(/^AWS::Events::Rule Wild: Resources.Wild.Properties.EventPattern.source: .* is no operator/),
      textMatching(/^AWS::Events::Rule Shortened: its target .* something else than the event \(InputPath\)\.$/),
      textMatching(
        /^AWS::Events::Rule TellBell: its target arn:aws:sns:.* is no function of the template that runs here\.$/,
      ),
      textMatching(/^AWS::Events::Rule TellElsewhere: its target .* is no function of the template that runs here\.$/),
    ]);
  });
});
