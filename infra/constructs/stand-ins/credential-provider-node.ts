/** What the SDK wants of a request's signer; it asks again when it has none. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Stands in for the package `@aws-sdk/credential-provider-node`, which also looks for credentials in files, in SSO's cache, at
 * STS and at the metadata service: a quarter of a function's bundle. Lambda puts those of the function's role into the
 * environment, where the package would look first, and replaces the container before they lapse.
 */
export function defaultProvider(): () => Promise<Credentials> {
  return () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
    const { AWS_SESSION_TOKEN: sessionToken } = process.env;
    if (!accessKeyId || !secretAccessKey) return Promise.reject(new Error(MISSING));
    return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  };
}

const MISSING =
  'There are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Bundled functions look nowhere else.';
