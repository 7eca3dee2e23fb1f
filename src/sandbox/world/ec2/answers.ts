import type { Ec2Instance } from './state.js';

/** Whether the application on this instance answers a health check at this moment. */
export function answersAt(instance: Ec2Instance, at: number): boolean {
  const { behaviour, upAt, stopsAt } = instance;
  if (upAt === undefined || at < upAt || (stopsAt !== undefined && at >= stopsAt)) return false;
  if (instance.pauses?.some((pause) => at >= pause.from && at < pause.until)) return false;
  switch (behaviour.behaviour) {
    case 'healthy':
    case 'dies':
      return true;
    case 'unhealthy':
    case 'missing':
      return false;
    case 'flaps':
      return Math.floor((at - upAt) / flapMs(instance)) % 2 === 0;
  }
}

/** Since when the answer stays the same until the instance ends; Infinity when it never settles. */
export function steadySince(instance: Ec2Instance | undefined): number {
  if (instance === undefined) return 0;
  if (instance.stopsAt !== undefined) return instance.stopsAt;
  if (instance.behaviour.behaviour === 'flaps') return Infinity;
  const last = instance.pauses?.at(-1);
  if (last !== undefined) return last.until === Infinity ? last.from : last.until;
  return instance.upAt ?? Infinity;
}

function flapMs(instance: Ec2Instance): number {
  return (instance.behaviour.flapSeconds ?? 60) * 1000;
}
