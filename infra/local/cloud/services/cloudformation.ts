import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerText } from '../../http/answer.ts';
import type { Stack } from '../template/stack.ts';
import { readServiceBody } from './protocol.ts';

/** What tools may ask of CloudFormation: the one stack that is served. */
export interface CloudFormationApi {
  readonly stack: Pick<Stack, 'name' | 'region' | 'accountId' | 'resources'>;
  /** As a deployment would have them: ARNs and names, and the URLs of AWS. */
  readonly outputs: () => Readonly<Record<string, string>>;
}

/** CloudFormation still speaks AWS's older query protocol: a form in, XML out. Nothing else that is imitated does. */
export function isQuery(request: IncomingMessage): boolean {
  const type = request.headers['content-type'] ?? '';
  return request.method === 'POST' && type.startsWith('application/x-www-form-urlencoded');
}

/** Answers `DescribeStacks` and `ListStackResources`, all of them in one page. */
export async function answerQuery(
  request: IncomingMessage,
  response: ServerResponse,
  { stack, outputs }: CloudFormationApi,
): Promise<void> {
  const form = new URLSearchParams(await readServiceBody(request));
  const action = form.get('Action') ?? '';
  if (action !== 'DescribeStacks' && action !== 'ListStackResources') {
    return answerXml(response, 501, errorOf('UnknownOperation', `The local cloud does not imitate ${action}.`));
  }
  const asked = form.get('StackName') ?? stack.name;
  const stackId = `arn:aws:cloudformation:${stack.region}:${stack.accountId}:stack/${stack.name}/local`;
  if (asked !== stack.name && asked !== stackId) {
    return answerXml(response, 400, errorOf('ValidationError', `Stack with id ${asked} does not exist`));
  }
  const isList = action === 'ListStackResources';
  answerXml(response, 200, isList ? listed(stack.resources) : described(stack.name, stackId, outputs()));
}

const NAMESPACE = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"';

function described(name: string, id: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member>${element('OutputKey', key)}${element('OutputValue', value)}</member>`,
  );
  const facts = [
    element('StackName', name),
    element('StackId', id),
    element('StackStatus', 'CREATE_COMPLETE'),
    element('CreationTime', new Date(0).toISOString()),
    `<Outputs>${members.join('')}</Outputs>`,
  ];
  const stacks = `<Stacks><member>${facts.join('')}</member></Stacks>`;
  return `<DescribeStacksResponse ${NAMESPACE}><DescribeStacksResult>${stacks}</DescribeStacksResult></DescribeStacksResponse>`;
}

function listed(resources: Stack['resources']): string {
  const members = resources.map(({ logicalId, physicalId, type }) => {
    const facts = [
      element('LogicalResourceId', logicalId),
      element('PhysicalResourceId', physicalId),
      element('ResourceType', type),
      element('ResourceStatus', 'CREATE_COMPLETE'),
      element('LastUpdatedTimestamp', new Date(0).toISOString()),
    ];
    return `<member>${facts.join('')}</member>`;
  });
  const summaries = `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`;
  return `<ListStackResourcesResponse ${NAMESPACE}><ListStackResourcesResult>${summaries}</ListStackResourcesResult></ListStackResourcesResponse>`;
}

function errorOf(code: string, message: string): string {
  const error = `<Error><Type>Sender</Type>${element('Code', code)}${element('Message', message)}</Error>`;
  return `<ErrorResponse ${NAMESPACE}>${error}</ErrorResponse>`;
}

function element(name: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<${name}>${escaped}</${name}>`;
}

function answerXml(response: ServerResponse, status: number, xml: string): void {
  answerText(response, status, xml, 'text/xml');
}
