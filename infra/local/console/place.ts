/** Where the running processes are that the console looks at, and the keys that its buttons need. None of it reaches the page. */
export interface ConsolePlace {
  readonly api: string;
  /** The stand-in for Clerk, without `/v1`. */
  readonly clerk: string;
  readonly secretKey: string;
  /** Of the engine itself. */
  readonly dynamodb: string;
  readonly region: string;
  readonly tableName: string;
  readonly adminApiKey: string;
}
