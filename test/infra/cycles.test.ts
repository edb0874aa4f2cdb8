import { App, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { guestIn, newDirectory, newStack, readResources } from './stack.ts';
import type { Resource } from './stack.ts';

/** CloudFormation goes by update policies, too: an alias waits for the deployment group that moves it. The CDK's own check does not. */
describe('a stack whose resources wait for each other', () => {
  it('is none that has nothing but a mirror', () => {
    expect(inCycles(readResources(newStack({ optionalAuthorizer: true, admin: true, health: true })))).toEqual([]);
  });

  it('is none with an alarm on the REST API that is behind the authorizer, as long as it names the API alone', () => {
    expect(inCycles(withRest((rest) => rest.metricServerError()))).toEqual([]);
  });

  it('is one with an alarm on a stage of it, as docs say: the stage waits for the authorizer, which waits for the alarm', () => {
    const cycle = inCycles(withRest((rest) => rest.deploymentStage.metricServerError()));
    expect(cycle).toEqual(
      expect.arrayContaining(['AWS::ApiGateway::Stage', 'AWS::CloudWatch::Alarm', 'AWS::Lambda::Alias']),
    );
  });

  it('is none with an alarm on the stage of an HTTP API', () => {
    const stack = emptyStack();
    const api = new HttpApi(stack, 'Http');
    const alarm = alarmOn(stack, api.defaultStage?.metricServerError());
    const { sync, resources } = guestIn(stack, { api, deployment: { alarms: [alarm] } });
    expect(sync.api).toBe(api);
    expect(inCycles(resources())).toEqual([]);
  });
});

function emptyStack(): Stack {
  return new Stack(new App({ outdir: newDirectory() }), 'shop', {
    env: { account: '111122223333', region: 'eu-west-1' },
  });
}

function alarmOn(stack: Stack, metric: IMetric | undefined): Alarm {
  if (!metric) throw new Error('no metric');
  return new Alarm(stack, 'ShopErrors', { metric, threshold: 1, evaluationPeriods: 1 });
}

function withRest(measure: (rest: RestApi) => IMetric): readonly Resource[] {
  const stack = emptyStack();
  const rest = new RestApi(stack, 'Rest');
  const { sync, resources } = guestIn(stack, { deployment: { alarms: [alarmOn(stack, measure(rest))] } });
  rest.root.addMethod('GET', undefined, { authorizer: sync.createRestAuthorizer(stack, 'SignedIn') });
  return resources();
}

/** The types of what waits for itself: what is left when all that waits for nothing, or for such only, is taken away. */
function inCycles(resources: readonly Resource[]): readonly string[] {
  let left = resources.map((resource) => ({ ...resource, waitsFor: references(resource) }));
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    const ids = new Set(left.map(({ logicalId }) => logicalId));
    left = left.filter(({ waitsFor }) => waitsFor.some((id) => ids.has(id)));
  }
  return [...new Set(left.map(({ Type }) => Type))].toSorted();
}

/** The logical ids that a resource names, wherever it does. */
function references(resource: Resource): readonly string[] {
  const text = JSON.stringify(resource);
  const named = [...text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/g)].map(([, id = '']) => id);
  return [...named, ...(resource.DependsOn ?? [])];
}
