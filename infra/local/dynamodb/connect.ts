import { EngineLink } from './faulty/engine-link.ts';

/**
 * A way to a DynamoDB engine that takes its JSON as it is: what a stream hands to functions is that JSON, binaries in base64
 * and all, which the SDK would take apart. To be closed: what is under way then rejects.
 * @param url Of an engine that does not check signatures, as no local one does.
 */
export function connectToEngine(url: string, region: string): EngineLink {
  const link = new EngineLink(url);
  // Where an engine keeps some tables for each access key, those of the functions are meant.
  const scope = `local/20260101/${region}/dynamodb/aws4_request`;
  link.speakFor({
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    'x-amz-date': '20260101T000000Z',
  });
  return link;
}
