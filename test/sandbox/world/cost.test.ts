import { expect } from 'chai';
import { watchInvariants } from '../../../src/sandbox/invariants/index.js';
import { activitiesOf, idsOf, MINUTE, resize, suspend, terminate } from '../../support/ask.js';
import { standardGroup, worldOf } from '../../support/sandbox.js';

/** A whole swap by hand of `size` instances: the ids at the end, all that happened, and how many events it took. */
function swap(
  size: number,
  seed: number,
): { readonly ids: readonly string[]; readonly story: string; readonly events: number } {
  const world = worldOf({ seed });
  let events = 0;
  const before = world.clock.afterChange;
  world.clock.afterChange = () => {
    events += 1;
    before();
  };
  const monitor = watchInvariants(world);
  const group = standardGroup(world, { size });
  const old = idsOf(world);
  group.changeImage('ami-new');
  suspend(world, 'AZRebalance', 'ReplaceUnhealthy');
  resize(world, size, 2 * size, 2 * size);
  world.clock.advance(5 * MINUTE);
  for (let from = 0; from < size; from += 100) terminate(world, old.slice(from, from + 100));
  world.clock.advance(5 * MINUTE);
  return { ids: idsOf(world), story: JSON.stringify([monitor.timeline, activitiesOf(world)]), events };
}

describe('determinism and cost', () => {
  it('makes the same world from the same seed, and another one from another', () => {
    expect(swap(5, 7)).to.deep.equal(swap(5, 7));
    expect(swap(5, 7).ids).not.to.deep.equal(swap(5, 8).ids);
  });

  it('costs events in proportion to the instances, health checks cost none', () => {
    const small = swap(20, 1).events;
    const large = swap(80, 1).events;
    expect(large).to.be.lessThan(4.5 * small);
    expect(large / 80).to.be.lessThan(15);
  });

  it('comes to rest: an hour without changes costs next to nothing', () => {
    const world = worldOf();
    standardGroup(world, { size: 50 });
    let events = 0;
    world.clock.afterChange = () => {
      events += 1;
    };
    world.clock.advance(60 * MINUTE);
    expect(events).to.be.lessThan(10);
  });
});
