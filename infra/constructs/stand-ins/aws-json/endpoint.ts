/** By what a region's name begins with, as the SDK's own table of partitions has them. */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
];

const SWITCHES = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'] as const;

/**
 * Where a service is: at the endpoint that the environment names, else at that of the region.
 *
 * @param service as it stands in host names: `dynamodb`
 * @param variable the environment's name for the service: `DYNAMODB`
 * @throws Error naming the variable to set, for what the SDK's own rules know and this does not
 */
export function endpointOf(service: string, variable: string, region: string, environment = process.env): URL {
  // An empty text names nothing.
  const named = environment[`AWS_ENDPOINT_URL_${variable}`] || environment['AWS_ENDPOINT_URL'];
  if (named) return new URL(named);
  const unknown = SWITCHES.find((name) => environment[name]?.toLowerCase() === 'true');
  if (unknown !== undefined) {
    throw new Error(
      `${unknown} is set, which this function's client does not know: set AWS_ENDPOINT_URL_${variable} to the URL instead.`,
    );
  }
  const [, suffix = 'amazonaws.com'] = SUFFIXES.find(([prefix]) => prefix.test(region)) ?? [];
  return new URL(`https://${service}.${region}.${suffix}`);
}
