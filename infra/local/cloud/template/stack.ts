import { asPrintable, asRecord, asText, isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { AssembledStack } from './assembly.ts';
import { conditionEvaluator } from './conditions.ts';
import { identify } from './identity.ts';
import type { Identity } from './identity.ts';
import { evaluate, NO_VALUE } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';

/** A resource whose condition holds. Properties are evaluated when asked: what nobody imitates, nobody has to resolve. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly metadata: JsonRecord;
  /** What `Ref` gives. */
  readonly physicalId: string;
  property(name: string): unknown;
  attribute(name: string): string;
}

export interface Stack {
  readonly name: string;
  readonly directory: string;
  readonly region: string;
  readonly accountId: string;
  readonly resources: readonly Resource[];
  ofType(...types: string[]): Resource[];
  /** @throws When the stack has no such resource. */
  resource(logicalId: string): Resource;
  outputs(): Record<string, string>;
}

export interface StackOptions {
  readonly region: string;
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Tells this deployment of the template from others: part of every generated name. */
  readonly deployment?: string;
}

/** Makes the resources of a template available with their expressions resolved, as a deployment would. */
export function resolveStack(assembled: AssembledStack, options: StackOptions): Stack {
  return new ResolvedStack(assembled, options);
}

class ResolvedStack implements Stack, Scope {
  readonly name: string;
  readonly directory: string;
  readonly region: string;
  readonly accountId: string;
  readonly deployment: string;
  readonly resources: readonly Resource[];
  readonly condition: (name: string) => boolean;
  readonly #template: JsonRecord;
  readonly #byId: ReadonlyMap<string, TemplateResource>;
  readonly #parameters: Readonly<Record<string, string>>;

  constructor(assembled: AssembledStack, options: StackOptions) {
    this.name = assembled.name;
    this.directory = assembled.directory;
    this.region = options.region;
    this.accountId = options.accountId;
    this.deployment = options.deployment ?? '';
    this.#template = assembled.template;
    this.#parameters = options.parameters;
    this.condition = conditionEvaluator(asRecord(assembled.template['Conditions']), () => this);
    const resources = Object.entries(asRecord(assembled.template['Resources']))
      .filter((entry): entry is [string, JsonRecord] => isRecord(entry[1]))
      .filter(([, definition]) => this.#holds(definition))
      .map(([logicalId, definition]) => new TemplateResource(logicalId, definition, this));
    this.resources = resources;
    this.#byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  }

  #holds(definition: JsonRecord): boolean {
    const condition = asText(definition['Condition']);
    return condition === undefined || this.condition(condition);
  }

  ofType(...types: string[]): Resource[] {
    return this.resources.filter((resource) => types.includes(resource.type));
  }

  resource(logicalId: string): Resource {
    const resource = this.#byId.get(logicalId);
    if (resource === undefined) throw new Error(`The stack ${this.name} has no resource ${logicalId}.`);
    return resource;
  }

  outputs(): Record<string, string> {
    const entries = Object.entries(asRecord(this.#template['Outputs'])).flatMap(([name, output]) => {
      if (!isRecord(output) || !this.#holds(output)) return [];
      const value = evaluate(output['Value'], this, `Outputs.${name}.Value`);
      return [[name, asPrintable(value) ?? JSON.stringify(value)] as const];
    });
    return Object.fromEntries(entries);
  }

  ref(name: string): unknown {
    const pseudo = this.#pseudoParameter(name);
    if (pseudo !== undefined) return pseudo;
    const parameter = asRecord(this.#template['Parameters'])[name];
    if (isRecord(parameter)) return this.#parameter(name, parameter);
    return this.#byId.get(name)?.physicalId;
  }

  attribute(logicalId: string, name: string): unknown {
    return this.resource(logicalId).attribute(name);
  }

  mapping(map: string, first: string, second: string): unknown {
    return asRecord(asRecord(asRecord(this.#template['Mappings'])[map])[first])[second];
  }

  /** The place of a `AWS::Lambda::Version` among those of the same function, from 1. */
  versionNumber(version: TemplateResource): number {
    const owner = version.property('FunctionName');
    const siblings = this.ofType('AWS::Lambda::Version').filter((other) => other.property('FunctionName') === owner);
    return siblings.indexOf(version) + 1;
  }

  #parameter(name: string, definition: JsonRecord): unknown {
    const value = this.#parameters[name] ?? definition['Default'];
    if (value === undefined) throw new Error(`The template's parameter ${name} has no default: give it a value.`);
    const kind = asText(definition['Type']) ?? 'String';
    return kind.includes('List') ? (asPrintable(value) ?? '').split(',') : value;
  }

  #pseudoParameter(name: string): unknown {
    switch (name) {
      case 'AWS::Region':
        return this.region;
      case 'AWS::AccountId':
        return this.accountId;
      case 'AWS::StackName':
        return this.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${this.region}:${this.accountId}:stack/${this.name}/local`;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
      default:
        return undefined;
    }
  }
}

class TemplateResource implements Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly metadata: JsonRecord;
  readonly #stack: ResolvedStack;
  readonly #properties: JsonRecord;
  #identity: Identity | 'underway' | undefined;

  constructor(logicalId: string, definition: JsonRecord, stack: ResolvedStack) {
    this.logicalId = logicalId;
    this.type = asText(definition['Type']) ?? '';
    this.metadata = asRecord(definition['Metadata']);
    this.#properties = asRecord(definition['Properties']);
    this.#stack = stack;
  }

  get physicalId(): string {
    return this.#identify().ref;
  }

  property(name: string): unknown {
    const at = `Resources.${this.logicalId}.Properties.${name}`;
    const value = evaluate(this.#properties[name], this.#stack, at);
    return value === NO_VALUE ? undefined : value;
  }

  attribute(name: string): string {
    const value = this.#identify().attributes[name];
    if (value === undefined)
      throw new Error(`Fn::GetAtt ${this.logicalId}.${name}: ${this.type} has no such attribute.`);
    return value;
  }

  #identify(): Identity {
    if (this.#identity === 'underway') throw new Error(`Resources.${this.logicalId}: its name depends on itself.`);
    if (this.#identity !== undefined) return this.#identity;
    this.#identity = 'underway';
    this.#identity = identify({
      type: this.type,
      logicalId: this.logicalId,
      stackName: this.#stack.name,
      deployment: this.#stack.deployment,
      region: this.#stack.region,
      accountId: this.#stack.accountId,
      property: (name) => asPrintable(this.property(name)),
      versionNumber: () => this.#stack.versionNumber(this),
    });
    return this.#identity;
  }
}
