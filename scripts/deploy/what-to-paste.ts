/** The claims that the authorizer compares, by the names that it expects; Clerk fills in what is in braces. */
export const SESSION_CLAIMS = {
  email: '{{user.primary_email_address}}',
  firstName: '{{user.first_name}}',
  lastName: '{{user.last_name}}',
  imageUrl: '{{user.image_url}}',
  updatedAt: '{{user.updated_at}}',
} as const;

/** The shape of the secret, without a secret in it. */
const SECRET = {
  secretKey: 'sk_live_…',
  webhookSecrets: ['whsec_…'],
  jwtKeys: ['-----BEGIN PUBLIC KEY-----\\n…\\n-----END PUBLIC KEY-----'],
  adminKeyHashes: [],
};

/**
 * What is to be done by hand after a first deployment, step by step.
 * @param outputs of the stack
 */
export function whatToPaste(stackName: string, outputs: Readonly<Record<string, string>>): string {
  const { WebhookUrl: webhook, SecretArn: secret, ApiUrl: api } = outputs;
  return `
${stackName} is deployed; its API is at ${api ?? '(no output ApiUrl)'}.

In Clerk's dashboard, once:

1. Sessions > Customize session token: add these claims.
${indented(JSON.stringify(SESSION_CLAIMS, null, 2))}

2. Webhooks > Add endpoint: subscribe it to user.created, user.updated and user.deleted, at
   ${webhook ?? '(no output WebhookUrl)'}
   Copy its signing secret (whsec_…).

3. API keys: copy the secret key (sk_live_…), and under "Show JWT public key" the PEM public key. Tokens are verified with the PEM,
   without a call to the JWKS URL; write its line breaks as \\n.

In AWS, once and whenever a key changes; no deployment is needed:

4. Put them into the secret, from a file rather than from the command line, which shells remember:
   aws secretsmanager put-secret-value --secret-id ${secret ?? '(no output SecretArn)'} --secret-string file://secret.json
${indented(JSON.stringify(SECRET, null, 2))}

5. See whether all is well: npm run doctor -- --stack ${stackName}
   Then mirror the users that are there already: npm run sync -- --stack ${stackName}
`.trim();
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}
