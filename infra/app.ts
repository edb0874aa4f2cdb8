import { SettingError } from './constructs/setting-error.ts';
import { createApp } from './stacks/create-app.ts';

try {
  createApp({ autoSynth: false }).synth();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  // The message says all there is to say; a stack trace would only bury it.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
