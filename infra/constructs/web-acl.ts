import { Stack } from 'aws-cdk-lib';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { WebAclSettings } from './hosting-props.ts';

/** Puts the web ACL before the stage of a REST API, which may be an imported one. */
export function associateWebAcl(scope: Construct, { arn: webAclArn, stage }: WebAclSettings): void {
  const resourceName = `${stage.restApi.restApiId}/stages/${stage.stageName}`;
  const resourceArn = Stack.of(scope).formatArn({
    service: 'apigateway',
    account: '',
    resource: '/restapis',
    resourceName,
  });
  const association = new CfnWebACLAssociation(scope, 'WebAcl', { webAclArn, resourceArn });
  // The ARN names the stage by its text, which the stage's own reference may not be in.
  association.node.addDependency(stage);
}
