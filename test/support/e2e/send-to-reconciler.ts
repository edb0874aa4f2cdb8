import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AlarmedCloud } from './alarmed-cloud.ts';

/** Asynchronously, as a schedule does: nobody waits for the answer. */
export async function sendToReconciler({ stack: { cloud } }: AlarmedCloud, event: object): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const lambda = new LambdaClient({ region: cloud.region, endpoint: cloud.servicesUrl, credentials });
  const FunctionName = `${cloud.outputs['ReconcilerName']}:live`;
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
  lambda.destroy();
}
