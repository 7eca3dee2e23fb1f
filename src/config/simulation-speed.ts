import { command } from '../text/commands/next-command.js';
import { usage } from '../errors.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The pace of our clock, and the endpoint that goes with it. */
export interface Pace {
  readonly speed: number;
  /** Set exactly when the speed is not the wall clock's: every call must then go to this endpoint. */
  readonly endpoint?: string;
}

/**
 * How fast time passes: 1, or HA_UPDATER_SPEED when the endpoint is a sandbox on this machine. A
 * rollout that waits a sixtieth of a second where a real group needs a second would judge real
 * instances unfairly, so any other speed is refused unless AWS_ENDPOINT_URL is on loopback. The
 * endpoint is handed on explicitly, because a profile or AWS_IGNORE_CONFIGURED_ENDPOINT_URLS could
 * otherwise still point the SDK elsewhere.
 */
export function readPace(env: Environment): Pace {
  const text = env['HA_UPDATER_SPEED'];
  if (text === undefined || text === '' || text === '1') return { speed: 1 };
  const speed = Number(text);
  if (!Number.isFinite(speed) || speed <= 0 || speed > 10_000) {
    throw usage('usage.speed', `HA_UPDATER_SPEED must be a number above 0 and up to 10000, not "${text}".`);
  }
  const endpoint = env['AWS_ENDPOINT_URL'];
  if (endpoint === undefined || !isLoopback(endpoint)) {
    throw usage(
      'usage.speed',
      `HA_UPDATER_SPEED=${text} is only for a sandbox on this machine, and AWS_ENDPOINT_URL is ` +
        `${endpoint ? `"${endpoint}"` : 'not set'}.`,
      [command`unset HA_UPDATER_SPEED`],
    );
  }
  return { speed, endpoint };
}

function isLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  } catch {
    return false;
  }
}
