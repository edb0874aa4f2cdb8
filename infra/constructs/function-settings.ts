import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { VpcSettings } from './hosting-props.ts';
import type { FunctionNetwork, FunctionSettings } from './node-function.ts';
import type { StageDefaults } from './stage.ts';

interface Chosen {
  readonly vpc?: VpcSettings;
  readonly tracing?: boolean;
}

/** What all functions of a mirror have in common, from what was chosen and what the stage decides. */
export function functionSettings(
  scope: Construct,
  { vpc, tracing = false }: Chosen,
  { logRetention, systemLogLevel, removalPolicy }: StageDefaults,
): FunctionSettings {
  const network = vpc && networkOf(scope, vpc);
  return { logRetention, systemLogLevel, removalPolicy, tracing, network };
}

/** One security group for all of them: they call the same few services, and nobody calls them over the network. */
function networkOf(scope: Construct, { vpc, subnets = {}, securityGroups }: VpcSettings): FunctionNetwork {
  const description = 'Functions of ClerkUserSync: to Clerk and AWS, from nowhere';
  const own = (): SecurityGroup => new SecurityGroup(scope, 'SecurityGroup', { vpc, description });
  return { vpc, vpcSubnets: subnets, securityGroups: [...(securityGroups ?? [own()])] };
}
