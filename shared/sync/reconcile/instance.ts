import type { ReconcileDependencies } from './dependencies.ts';
import { ForeignInstance } from './failure.ts';

/**
 * Compares Clerk's instance with the one the table belongs to; the first run claims the table. Against another instance
 * every user of the table would look deleted.
 *
 * @throws ForeignInstance when the secret key is another instance's
 */
export async function refuseForeignInstance({
  directory,
  instance,
}: Pick<ReconcileDependencies, 'directory' | 'instance'>): Promise<void> {
  const clerks = await directory.instanceId();
  // Each chunk asks: a claim that is refused costs a write all the same.
  const ours = (await instance.get()) ?? (await instance.claim(clerks));
  if (clerks === ours) return;
  throw new ForeignInstance(
    `The Clerk secret key belongs to instance ${clerks}, but this table mirrors ${ours}. ` +
      `Nothing was changed. Give the reconciler the secret key of ${ours}, or use another table for ${clerks}.`,
  );
}
