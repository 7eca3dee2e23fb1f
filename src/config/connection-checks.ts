import { command } from '../text/commands/next-command.js';
import { usage } from '../errors.js';
import type { Environment } from './simulation-speed.js';

/** Every region's name so far, in all partitions: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`. */
const REGION = /^[a-z]+(-[a-z]+)+-\d+$/;

/**
 * A region that cannot be one is a mistake of the command line, not an AWS that cannot be reached.
 *
 * @throws Failure `usage`
 */
export function checkRegion(region: string): string {
  if (REGION.test(region)) return region;
  throw usage(
    'usage.region',
    `"${region}" is not the name of an AWS region; they look like eu-west-1. It comes from ` +
      '--region, AWS_REGION, AWS_DEFAULT_REGION or the profile.',
  );
}

/**
 * An endpoint that is no address would fail at the first call, in the SDK's words.
 *
 * @throws Failure `usage`
 */
export function checkEndpoint(env: Environment): void {
  const endpoint = env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || endpoint === '') return;
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return;
  throw usage('usage.endpoint', `AWS_ENDPOINT_URL must be an http or https address, not "${endpoint}".`, [
    command`unset AWS_ENDPOINT_URL`,
  ]);
}

/**
 * A proxy that is none would fail at the first call. Its value is not repeated: it may hold a password.
 *
 * @throws Failure `usage`
 */
export function checkProxy(env: Environment): void {
  const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].filter((name) => (env[name] ?? '') !== '');
  const [name] = names;
  if (name === undefined) return;
  const value = env[name] ?? '';
  const address = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return;
  throw usage('usage.proxy', `${name} must be the address of an HTTP proxy, such as http://proxy:3128.`, [
    command`unset ${name}`,
  ]);
}
