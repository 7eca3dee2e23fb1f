import { QUOTAS, limitOf } from './aws-limits.js';
import type { FleetPlayed, FleetScene } from './play-fleet.js';
import { costOf, FUNCTION } from './prices.js';
import type { RolloutProfile } from './rollout-profile.js';

/** How long one call of the function is taken to last: a look of some reads over the network, and a start of Node. */
const SECONDS_PER_LOOK = 2;

/** What the rollouts that were begun cost on durable functions, in dollars, without the instances. */
export function fleetCost({ profileOf }: Pick<FleetScene, 'profileOf'>, { begun }: Pick<FleetPlayed, 'begun'>): number {
  return begun.reduce((sum, target) => sum + costOf(profileOf(target), SECONDS_PER_LOOK), 0);
}

/** Lines about one rollout, in one process or as an execution takes it. */
export function tellProfile(name: string, profile: RolloutProfile): readonly string[] {
  const { tookMs, outcome, looks, operations, bytesWritten, largestStep, bytesLogged, calls, input } = profile;
  const asked = `${name}: ${outcome} in ${minutes(tookMs)}, ${calls.length} requests`;
  if (looks === 0) return [asked];
  return [
    `${asked}, ${looks} looks, ${operations} of ${QUOTAS.operations} operations`,
    `  ${kb(bytesWritten)} of results, the largest ${kb(largestStep)} of ${kb(QUOTAS.stepBytes)}; ` +
      `${kb(bytesLogged)} of log; input ${input} of ${QUOTAS.payloadBytes} bytes`,
    `  $${costOf(profile, SECONDS_PER_LOOK).toFixed(4)} at ${SECONDS_PER_LOOK} s a look and ${FUNCTION.gb} GB`,
  ];
}

/** Lines about a fleet that was played. */
export function tellFleet(name: string, played: FleetPlayed, scene: FleetScene): readonly string[] {
  const { end, begun, tookMs, calls, throttled, mostAtOnce, busiest, steps } = played;
  return [
    `${name}: ${end.how} (${end.why}), ${begun.length} targets begun in ${scene.waves.length} waves, ` +
      `${minutes(tookMs)}, at most ${mostAtOnce} at once`,
    `  ${calls} requests, ${throttled} throttled and sent again; ${steps} decisions; $${fleetCost(scene, played).toFixed(2)}`,
    ...busiest.map(({ name: what, perSecond, fewestTokens }) => {
      const [service = '', operation = ''] = what.replace('*', '').split(':');
      const limit = limitOf(service, operation);
      const against =
        limit === undefined
          ? 'AWS publishes no limit'
          : `of ${limit.bucket} at once and ${limit.refill} per second; fewest tokens left ${fewestTokens ?? 0}`;
      return `  ${what.padEnd(32)} ${String(perSecond).padStart(3)} in the busiest second, ${against}`;
    }),
  ];
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`;
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
