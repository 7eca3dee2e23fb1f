import { expect } from 'chai';
import { longestPause, pollInterval } from '../../../src/decide/looks/poll-interval.js';
import type { Group } from '../../../src/model/rollout/group.js';
import {
  BALANCER,
  doubledGroup,
  fresh,
  group,
  instance,
  observed,
  PLAN,
  sick,
  T0,
  verdict,
} from '../../support/groups.js';

const OLD = [instance('i-old1'), instance('i-old2', { zone: 'eu-west-1b' })];
/** Launched 20 s after the record, and not healthy yet. */
const BOOTING = [fresh('i-new1', { health: sick() }), fresh('i-new2', { health: sick() })];
const { pollMs } = PLAN.timing;

function pause(one: Group, differs: Parameters<typeof observed>[1] = {}): number {
  return pollInterval(
    { observed: observed([one], { ...differs, seen: { inServiceSince: {}, ...differs.seen } }), plan: PLAN },
    [],
  );
}

/** A group whose balancer cannot call anything healthy in the first minute. */
function slowlyChecked(instances: Group['instances']): Group {
  return doubledGroup({ instances, balancers: [{ ...BALANCER, healthFloorMs: 60_000 }] });
}

describe('how long a run sleeps between two looks', () => {
  it('long, but at most four times --poll and 20 s, while nothing new can be in service', () => {
    const longest = longestPause(PLAN.timing);
    expect(longest).to.equal(20_000);
    expect(pause(slowlyChecked([...OLD, ...BOOTING]), { at: T0 + 25_000 })).to.be.within(0.9 * longest, longest);
  });

  it('no longer than until the first checks can have passed', () => {
    expect(pause(slowlyChecked([...OLD, ...BOOTING]), { at: T0 + 70_000 })).to.equal(10_000);
  });

  it('quick once that is due, and less so the longer it is overdue', () => {
    const soon = pause(slowlyChecked([...OLD, ...BOOTING]), { at: T0 + 82_000 });
    const late = pause(slowlyChecked([...OLD, ...BOOTING]), { at: T0 + 280_000 });
    expect(soon).to.equal(0.6 * pollMs);
    expect(late).to.equal(10_000);
  });

  it('at most twice --poll as soon as something new serves: one that dies must not be taken for proven', () => {
    const one = slowlyChecked([...OLD, fresh('i-new1'), fresh('i-new2', { launchedAt: T0 + 60_000, health: sick() })]);
    expect(pause(one, { at: T0 + 62_000 })).to.be.at.most(2 * pollMs);
  });

  it('until the end of a warm-up and not beyond', () => {
    const since = { 'i-new1': T0 + 80_000, 'i-new2': T0 + 81_000 };
    const one = doubledGroup({ instances: [...OLD, fresh('i-new1'), fresh('i-new2')] });
    expect(pause(one, { at: T0 + 103_000, seen: { inServiceSince: since } })).to.equal(3_000);
  });

  it('a second while an action of ours is not visible yet', () => {
    const action = { type: 'suspend' as const, group: 'web', processes: ['Launch'] };
    const pending = [{ action, since: T0 + 99_000, sure: true }];
    expect(pause(doubledGroup(), { seen: { pending } })).to.equal(1_000);
  });

  it('as long as draining takes after the verdict, then quick again', () => {
    const leaving = [instance('i-old1', { lifecycle: 'Terminating' }), fresh('i-new1'), fresh('i-new2')];
    const one = doubledGroup({ instances: leaving, notes: { ...doubledGroup().notes, verdict: verdict('promote') } });
    expect(pause(one, { at: T0 + 61_000 })).to.be.at.least(18_000);
    expect(pause(one, { at: T0 + 92_000 })).to.equal(0.6 * pollMs);
  });

  it('twice as long for a minute after AWS has throttled a call', () => {
    const at = T0 + 82_000;
    const one = slowlyChecked([...OLD, ...BOOTING]);
    expect(pause(one, { at, seen: { throttledAt: at - 5_000 } })).to.equal(2 * 0.6 * pollMs);
    expect(pause(one, { at, seen: { throttledAt: at - 61_000 } })).to.equal(0.6 * pollMs);
  });

  it('never beyond the end of a wait', () => {
    const view = { observed: observed([group()]), plan: PLAN };
    const wait = {
      group: 'web',
      phase: 'prove' as const,
      why: 'a limit is near',
      instances: [],
      until: view.observed.at + 700,
    };
    expect(pollInterval(view, [wait])).to.equal(700);
  });
});
