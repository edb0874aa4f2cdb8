import { arnLike } from '../arn.ts';
import { asText } from '../json.ts';
import type { Stack } from '../template/stack.ts';

const API_GATEWAY = 'apigateway.amazonaws.com';

/**
 * Whether API Gateway may invoke a function for a route or an authorizer.
 * @param functionArn As the API names it, with its qualifier.
 * @param sourceArn The route's or the authorizer's.
 */
export type ApiPermission = (functionArn: string, sourceArn: string) => boolean;

/**
 * Reads the template's `AWS::Lambda::Permission`s for API Gateway. The one part of IAM that is imitated: without it, an
 * API that works here would answer 500 once deployed.
 */
export function apiPermissions(stack: Stack): ApiPermission {
  const granted = stack
    .ofType('AWS::Lambda::Permission')
    .filter((permission) => permission.property('Principal') === API_GATEWAY)
    .map((permission) => ({
      functionName: asText(permission.property('FunctionName')) ?? '',
      source: asText(permission.property('SourceArn')) ?? '*',
    }));
  return (functionArn, sourceArn) =>
    granted.some((grant) => isSame(grant.functionName, functionArn) && arnLike(grant.source, sourceArn));
}

/** A permission names its function by ARN or by name, either with a qualifier. */
function isSame(named: string, functionArn: string): boolean {
  return named === functionArn || named === functionArn.replace(/^.*:function:/, '');
}
