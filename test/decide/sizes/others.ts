import type { Stage } from '../../support/stage.js';

/** Somebody else's call, as from the console. */
export function others(stage: Stage, operation: string, input: object): void {
  const { world } = stage.sandbox;
  world.invoke('autoscaling', operation, { AutoScalingGroupName: 'web', ...input }, 'others');
}

/** Does something so many seconds after the first call of an operation that worked. */
export function after(stage: Stage, operation: string, seconds: number, act: () => void): void {
  let seen = false;
  stage.sandbox.onCall((one) => {
    if (seen || one.operation !== operation || one.outcome !== 'ok') return;
    seen = true;
    stage.sandbox.clock.after(seconds * 1000, act);
  });
}
