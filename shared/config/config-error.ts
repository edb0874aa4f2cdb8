/** The environment does not configure the function. Its message lists every variable that is wrong and what to do. */
export class ConfigInvalid extends Error {
  readonly code = 'config_invalid';
  override readonly name = 'ConfigInvalid';
  /** One sentence for each variable that is wrong: its name first, never its value. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable. ${problems.join(' ')}`);
    this.problems = problems;
  }
}
