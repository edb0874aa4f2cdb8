/** The CDK's command line tool. */
export interface Cdk {
  /**
   * Runs it, with the terminal as its own.
   * @returns its exit code; 128 and the signal's number if one ended it
   */
  run(parameters: readonly string[]): Promise<number>;
}

/** A stack as CloudFormation has it. */
export interface DeployedStack {
  readonly template: unknown;
  /** Whether CloudFormation refuses to delete it. */
  readonly isProtected: boolean;
}

/** What is deployed, as far as a deployment has to know it. */
export interface Account {
  /** @returns undefined where there is no such stack */
  stack(name: string): Promise<DeployedStack | undefined>;
  outputs(name: string): Promise<Readonly<Record<string, string>>>;
  /** @returns how many are told of what is published to the topic */
  subscribers(topicArn: string): Promise<number>;
}

/** The person, or the machine, who deploys. */
export interface Operator {
  say(text: string): void;
  /** @returns undefined where there is nobody to answer: no terminal */
  ask(question: string): Promise<string | undefined>;
}

/** A stack that has been synthesised. */
export interface NextStack {
  readonly name: string;
  readonly template: unknown;
}

export interface Tools {
  readonly cdk: Cdk;
  readonly account: Account;
  readonly operator: Operator;
  /** Reads the one stack of a cloud assembly. */
  readonly read: (assembly: string) => NextStack;
}

/** What the command line says. */
export interface Choices {
  /** `name=value`, for the app's context. */
  readonly context: readonly string[];
  readonly profile: string | undefined;
  /** Confirms beforehand what a person is asked for. */
  readonly yes: boolean;
  /** A directory for the cloud assembly. */
  readonly assembly: string;
}

/** Done; refused or failed, and nothing was changed by us; the tool's own code otherwise. */
export const DONE = 0;
export const REFUSED = 1;
