import { describe, expect, it } from 'vitest';
import { resolveStack } from '../../infra/local/cloud/template/stack.ts';
import type { Stack } from '../../infra/local/cloud/template/stack.ts';

const LAMBDA = 'AWS::Lambda::Function';

function stackOf(template: Record<string, unknown>, parameters: Record<string, string> = {}): Stack {
  return resolveStack(
    { name: 'Pond', directory: '.', template },
    { region: 'eu-central-1', accountId: '000000000000', parameters },
  );
}

/** The value of an expression as the property of a resource. */
function valueOf(
  expression: unknown,
  template: Record<string, unknown> = {},
  parameters: Record<string, string> = {},
): unknown {
  const resources = { Frog: { Type: 'Custom::Frog', Properties: { Value: expression } } };
  const own = typeof template['Resources'] === 'object' ? { ...resources, ...template['Resources'] } : resources;
  return stackOf({ ...template, Resources: own }, parameters)
    .resource('Frog')
    .property('Value');
}

describe('expressions of a template', () => {
  it.each([
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 3]] }, 'a-eu-central-1-3'],
    ['Fn::Sub', { 'Fn::Sub': 'x ${AWS::StackName} ${!Kept}' }, 'x Pond ${Kept}'],
    [
      'Fn::Sub with a map',
      { 'Fn::Sub': ['${a}/${AWS::Partition}', { a: { Ref: 'AWS::AccountId' } }] },
      '000000000000/aws',
    ],
    ['Fn::Select of a Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] }, 'b'],
    ['Fn::Base64', { 'Fn::Base64': 'frog' }, 'ZnJvZw=='],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    [
      'nested objects and lists',
      { list: [{ deep: { Ref: 'AWS::URLSuffix' } }] },
      { list: [{ deep: 'amazonaws.com' }] },
    ],
    [
      'AWS::NoValue',
      { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] },
      { kept: 1, list: [2] },
    ],
  ])('evaluates %s', (_, expression, expected) => {
    expect(valueOf(expression)).toEqual(expected);
  });

  it('evaluates attributes in both forms, and inside Fn::Sub', () => {
    const template = { Resources: { Hop: { Type: LAMBDA, Properties: { FunctionName: 'hop' } } } };
    const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:hop';
    expect(valueOf({ 'Fn::GetAtt': ['Hop', 'Arn'] }, template)).toBe(arn);
    expect(valueOf({ 'Fn::GetAtt': 'Hop.Arn' }, template)).toBe(arn);
    expect(valueOf({ 'Fn::Sub': '${Hop.Arn}:live ${Hop}' }, template)).toBe(`${arn}:live hop`);
  });

  it('evaluates conditions of every kind', () => {
    const Conditions = {
      Wet: { 'Fn::Equals': [{ Ref: 'Weather' }, 'rain'] },
      Dry: { 'Fn::Not': [{ Condition: 'Wet' }] },
      Both: { 'Fn::And': [{ Condition: 'Wet' }, { Condition: 'Dry' }] },
      Either: { 'Fn::Or': [{ Condition: 'Wet' }, { Condition: 'Dry' }] },
    };
    const template = { Conditions, Parameters: { Weather: { Type: 'String', Default: 'sun' } } };
    const all = Object.keys(Conditions).map((name) => ({ 'Fn::If': [name, 'yes', 'no'] }));
    expect(valueOf(all, template)).toEqual(['no', 'yes', 'no', 'yes']);
    expect(valueOf(all, template, { Weather: 'rain' })).toEqual(['yes', 'no', 'no', 'yes']);
  });

  it('leaves out resources and outputs whose condition does not hold', () => {
    const stack = stackOf({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { Gone: { Type: LAMBDA, Condition: 'Never' }, Kept: { Type: LAMBDA } },
      Outputs: { Gone: { Condition: 'Never', Value: { Ref: 'Gone' } }, Number: { Value: 3 } },
    });
    expect(stack.resources.map((resource) => resource.logicalId)).toEqual(['Kept']);
    expect(stack.outputs()).toEqual({ Number: '3' });
  });

  it.each([
    [
      'an unsupported function',
      { deep: [{ 'Fn::ImportValue': 'x' }] },
      /Resources\.Frog\.Properties\.Value\.deep\[0\]: Fn::ImportValue is not supported/,
    ],
    ['a reference to nothing', { Ref: 'Toad' }, /Resources\.Frog\.Properties\.Value: refers to Toad/],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Toad', 'Arn'] }, /no resource Toad/],
    ['an unknown attribute', { 'Fn::GetAtt': ['Frog', 'Colour'] }, /Frog\.Colour: Custom::Frog has no such attribute/],
    ['an unknown condition', { 'Fn::If': ['Maybe', 1, 2] }, /no condition Maybe/],
    ['a missing mapping', { 'Fn::FindInMap': ['A', 'b', 'c'] }, /the mapping A has no entry b\.c/],
    ['a list where a text is wanted', { 'Fn::Join': ['', [['a']]] }, /a text is wanted/],
  ])('refuses %s and names the place', (_, expression, message) => {
    expect(() => valueOf(expression)).toThrow(message);
  });

  it('asks for a parameter that has no default', () => {
    const template = { Parameters: { Depth: { Type: 'Number' } } };
    expect(() => valueOf({ Ref: 'Depth' }, template)).toThrow(/parameter Depth has no default/);
    expect(valueOf({ Ref: 'Depth' }, template, { Depth: '7' })).toBe('7');
  });

  it('notices a name that depends on itself', () => {
    const template = {
      Resources: { Loop: { Type: LAMBDA, Properties: { FunctionName: { 'Fn::GetAtt': ['Loop', 'Arn'] } } } },
    };
    expect(() => valueOf({ Ref: 'Loop' }, template)).toThrow(/Loop: its name depends on itself/);
  });
});

describe('identities of resources', () => {
  const stack = stackOf({
    Resources: {
      Hop: { Type: LAMBDA },
      HopV1: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Hop' } } },
      HopV2: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Hop' } } },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName: { 'Fn::GetAtt': ['Hop', 'Arn'] }, Name: 'live' },
      },
      Lily: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'lily' } },
      Reed: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'reed' } },
      Croak: { Type: 'AWS::Scheduler::Schedule', Properties: { Name: 'croak' } },
      Edge: { Type: 'AWS::ApiGatewayV2::Api' },
      Post: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'post' } },
    },
  });

  it('forms generated names from stack and logical id, the same each time', () => {
    const name = stack.resource('Hop').physicalId;
    expect(name).toMatch(/^Pond-Hop-[A-Z0-9]{12}$/);
    expect(stackOf({ Resources: { Hop: { Type: LAMBDA } } }).resource('Hop').physicalId).toBe(name);
  });

  it('numbers the versions of a function and qualifies its ARN with them', () => {
    const arn = stack.resource('Hop').attribute('Arn');
    expect(stack.resource('HopV1').physicalId).toBe(`${arn}:1`);
    expect(stack.resource('HopV2').attribute('Version')).toBe('2');
    expect(stack.resource('Live').physicalId).toBe(`${arn}:live`);
  });

  it.each([
    ['Lily', 'Arn', 'arn:aws:dynamodb:eu-central-1:000000000000:table/lily'],
    ['Croak', 'Arn', 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/croak'],
    ['Post', 'Arn', 'arn:aws:sqs:eu-central-1:000000000000:post'],
  ])('forms %s.%s as AWS does', (logicalId, attribute, arn) => {
    expect(stack.resource(logicalId).attribute(attribute)).toBe(arn);
  });

  it('forms references that are not names', () => {
    expect(stack.resource('Reed').physicalId).toMatch(/^arn:aws:secretsmanager:eu-central-1:0{12}:secret:reed-\w{6}$/);
    expect(stack.resource('Post').physicalId).toBe('https://sqs.eu-central-1.amazonaws.com/000000000000/post');
    expect(stack.resource('Edge').physicalId).toMatch(/^[a-z0-9]{10}$/);
  });
});
