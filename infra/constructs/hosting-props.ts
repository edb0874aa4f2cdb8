import type { IStage } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { MirrorTable } from './user-table.ts';

/** The network that the functions run in. */
export interface VpcSettings {
  /** The network, in the stack's region. */
  readonly vpc: IVpc;
  /**
   * Subnets with a way to Clerk's Backend API and to AWS: by a NAT gateway, or by endpoints for AWS and a proxy for Clerk.
   * @default - the private subnets of the VPC
   */
  readonly subnets?: SubnetSelection;
  /** @default - one of the mirror's own, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** A name of your own for the mirror's HTTP API. */
export interface DomainSettings {
  /** `users.example.com`, without a scheme. */
  readonly name: string;
  /** Of the API's region, for that name. */
  readonly certificate: ICertificate;
  /**
   * Where an alias record for the name is put.
   * @default - none: you point the name at the API yourself
   */
  readonly hostedZone?: IHostedZone;
}

/** A web ACL before the routes of a REST API of yours that the authorizer protects. */
export interface WebAclSettings {
  /** `arn:aws:wafv2:<region>:<account>:regional/webacl/…` */
  readonly arn: string;
  /** The stage of the REST API. AWS WAF cannot be put before an HTTP API, which the mirror's own is. */
  readonly stage: IStage;
}

/** How a new version of the authorizers takes over. */
export interface DeploymentSettings {
  /** @default - 10 % of requests for 10 minutes, then all */
  readonly config?: ILambdaDeploymentConfig;
  /**
   * Alarms of your own that bring the old version back, such as one of the API whose routes are behind the authorizer. Of a REST
   * API in the same stack take `restApi.metricServerError()`, not the metric of its stage: the stage waits for the authorizer, which
   * waits for the alarm, and CloudFormation refuses such a circle.
   * @default - those of the mirror alone: failed syncs, failed requests, a slow or throttled authorizer
   */
  readonly alarms?: readonly IAlarm[];
}

/** Where the mirror lives, and what of yours it uses instead of making its own. */
export interface HostingProps {
  /**
   * An existing table: one made with `UserTable`, or imported by `TableV2.fromTableAttributes` with `tableStreamArn`. See
   * docs/construct.md for the keys, the index and the stream that it must have.
   * @default - a table of its own
   */
  readonly table?: MirrorTable;
  /**
   * Your key for table and secret, where the mirror makes these. What it keeps elsewhere (logs, queues) holds no personal value.
   * @default - the keys that AWS manages for the account
   */
  readonly encryptionKey?: IKey;
  /**
   * An HTTP API of the same stack that the mirror's routes are added to. Its stage, domain, cross-origin rules and access log
   * stay yours.
   * @default - an API of its own
   */
  readonly api?: HttpApi;
  /** @default - none: `https://<id>.execute-api.<region>.amazonaws.com` */
  readonly domain?: DomainSettings;
  /** @default - none */
  readonly webAcl?: WebAclSettings;
  /** @default - none: the functions need no network of yours */
  readonly vpc?: VpcSettings;
  /**
   * Whether AWS X-Ray records invocations of the functions.
   * @default false
   */
  readonly tracing?: boolean;
  /**
   * How a new version of the authorizers takes over; `at-once` for all requests at the same moment.
   * @default - 10 % of requests for 10 minutes in production with alarms, at once elsewhere: steps are for alarms to ring in
   */
  readonly deployment?: DeploymentSettings | 'at-once';
}
