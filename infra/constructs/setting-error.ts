/** A setting that cannot be deployed as it is; the message names it and says what to put there. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}
