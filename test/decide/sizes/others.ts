import { createStage, type Ending, type Stage } from '../../support/stage.js';

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

/** A group of three whose instances of `ami-new` boot for so long that others can do much meanwhile. */
export function slowStage(image: string): Stage {
  const images = {
    'ami-new': { behaviour: 'healthy', boot: [200, 210] },
    'ami-bad': { behaviour: 'unhealthy' },
  } as const;
  const stage = createStage({ images }, [{ name: 'web', size: 3, min: 1, max: 10 }]);
  stage.groups[0]?.changeImage(image);
  return stage;
}

/** What a run told of sizes that it took for somebody's. */
export function resized({ events }: Ending): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'warning' && event.reason.code === 'group.resized' ? [event.reason.text] : [],
  );
}
