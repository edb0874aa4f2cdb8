import type { CopyCounts } from './copy-app.ts';

/** What was asked for. */
export interface Asked {
  readonly dryRun: boolean;
  /** The restored table. */
  readonly from: string;
  readonly stack: string | undefined;
}

/**
 * What to do after a copy that came to its end. The restored table may be the last that has these attributes: that it can go is
 * said only when each user in it has hers.
 */
export function adviceFor({ absent, decided, failed }: CopyCounts, { dryRun, from, stack }: Asked): string {
  const advice = [
    dryRun ? 'Nothing was written. Without --dry-run it is.' : '',
    failed > 0 ? 'The same command tries those again who failed.' : '',
    absent > 0
      ? `Who is not here may be in Clerk all the same: npm run sync${forStack(stack)}, then the same command again.`
      : '',
    decided > 0 ? 'Who was deleted or restored since gets nothing back by itself: look at them first.' : '',
  ].filter((text) => text !== '');
  if (absent + decided + failed > 0) advice.push(`Keep ${from}: it has what they have not.`);
  if (advice.length > 0) return advice.join('\n');
  return `Look with npm run doctor${forStack(stack)}, then delete ${from}: it holds personal data.`;
}

function forStack(stack: string | undefined): string {
  return stack === undefined ? '' : ` -- --stack ${stack}`;
}
