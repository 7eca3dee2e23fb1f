import { expect } from 'chai';
import { decide } from '../../src/decide/decide.js';
import { makeView } from '../../src/decide/make-view.js';
import { withOutlook } from '../../src/decide/outlook/outlook.js';
import type { Decision, Observed, Progress, Wait } from '../../src/model/rollout/decision.js';
import type { Group } from '../../src/model/rollout/group.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import {
  BALANCER,
  LEASE,
  PLAN,
  RECORD,
  T0,
  doubledGroup,
  fresh,
  group,
  instance,
  observed,
  sick,
  verdict,
} from '../support/groups.js';

/** Nothing is renewed meanwhile. */
const CALM: Plan = { ...PLAN, timing: { ...PLAN.timing, renewMs: 3_600_000 } };

/** What is waited for in a look, and how far it is. */
function waitOf(look: Observed, plan = CALM): { readonly wait: Wait; readonly progress: Progress | undefined } {
  const decision = decide(look, plan);
  if (decision.kind !== 'wait' || decision.waits[0] === undefined)
    throw new Error(`no wait: ${JSON.stringify(decision)}`);
  return { wait: decision.waits[0], progress: decision.progress[0] };
}

const PROGRESS: Progress = {
  group: 'web',
  phase: 'prove',
  old: 2,
  new: 0,
  leaving: 0,
  inService: 0,
  proven: 0,
  needed: 2,
  size: { min: 1, desired: 2, max: 4 },
};

const old = [instance('i-old1'), instance('i-old2', { zone: 'eu-west-1b' })];
const withNew = (...instances: Group['instances']): Group => doubledGroup({ instances: [...old, ...instances] });
const at = (seconds: number): number => T0 + seconds * 1000;

describe('what is said of a wait', () => {
  it('an instance that is young boots, whatever its balancer says; one that is not is unhealthy', () => {
    const two = withNew(fresh('i-new1', { health: sick() }), fresh('i-new2'));
    const state = (seconds: number): unknown => waitOf(observed([two], { at: at(seconds) })).wait.instances[0]?.state;
    expect(state(60)).to.equal('booting');
    expect(state(20 + 99)).to.equal('booting');
    expect(state(20 + 101)).to.equal('unhealthy');
  });

  it('a grace period makes it young for longer, but not for ever', () => {
    const patient = { ...withNew(fresh('i-new1', { health: sick() }), fresh('i-new2')), healthCheckGraceMs: 3_600_000 };
    const state = (seconds: number): unknown =>
      waitOf(observed([patient], { at: at(seconds) })).wait.instances[0]?.state;
    expect(state(20 + 179)).to.equal('booting');
    expect(state(20 + 181)).to.equal('unhealthy');
  });

  it('names the balancer, its words, and when it was launched', () => {
    const two = withNew(fresh('i-new1', { health: sick('Target.Timeout') }), fresh('i-new2'));
    expect(waitOf(observed([two], { at: at(300) })).wait.instances).to.deep.equal([
      {
        id: 'i-new1',
        why: 'web: unhealthy (Target.Timeout)',
        state: 'unhealthy',
        balancer: BALANCER.name,
        verdict: 'unhealthy',
        reason: 'Target.Timeout',
        launchedAt: at(20),
      },
    ]);
  });

  it('says when an instance that warms up is proven', () => {
    const two = withNew(fresh('i-new1'), fresh('i-new2'));
    const look = observed([two], { at: at(50), seen: { inServiceSince: { 'i-new1': at(45), 'i-new2': at(20) } } });
    expect(waitOf(look).wait.instances[0]).to.include({ id: 'i-new1', state: 'warming', provenAt: at(70) });
  });

  it('one that launches, and one that is dead, are called so', () => {
    const two = withNew(fresh('i-new1', { lifecycle: 'Pending' }), fresh('i-new2', { healthy: false }));
    const states = waitOf(observed([two], { at: at(60) })).wait.instances.map(({ state }) => state);
    expect(states).to.deep.equal(['launching', 'unhealthy']);
  });

  it('before the verdict the limit rolls back, after it the run stops, and before anything began it refuses', () => {
    const sickly = withNew(fresh('i-new1', { health: sick() }), fresh('i-new2'));
    expect(waitOf(observed([sickly])).wait.then).to.equal('rollBack');
    const leaving = doubledGroup({
      size: { min: 1, max: 4, desired: 2 },
      suspended: [],
      instances: [instance('i-old1', { lifecycle: 'Terminating' }), fresh('i-new1'), fresh('i-new2')],
      notes: { ...doubledGroup().notes, verdict: verdict('promote') },
    });
    const judged = waitOf(observed([leaving]));
    expect(judged.wait.then).to.equal('stop');
    expect(judged.progress?.verdict).to.equal('promote');
    const unsettled = group({ instances: [instance('i-old1'), instance('i-old2', { lifecycle: 'Pending' })] });
    expect(waitOf(observed([unsettled], { seen: { settled: {} } })).wait.then).to.equal('refuse');
  });

  it('says which way the rollout goes, since when and for about how long', () => {
    const { progress } = waitOf(observed([withNew(fresh('i-new1', { health: sick() }), fresh('i-new2'))]));
    expect(progress).to.include({ strategy: 'swap', began: RECORD.startedAt });
    // Launch and boot, health checks, warm-up, draining, and the time to be gone.
    expect(progress?.expectedMs).to.equal(90_000 + 10_000 + 25_000 + 30_000 + 30_000);
    expect(progress).not.to.have.any.keys('verdict', 'from', 'to');
  });

  it('says what changes into what while nothing new is there', () => {
    const { progress } = waitOf(observed([withNew()]));
    expect(progress).to.deep.include({ from: ['lc/one'], to: ['lc/two'] });
  });

  it('says of a restart neither a change nor what happens at a limit, which depends on the others', () => {
    const record = { ...RECORD, version: 2, strategy: 'restart', quorum: 1 } as const;
    const look = observed([doubledGroup({ notes: { record, lease: LEASE } })]);
    const shown: Decision = {
      kind: 'wait',
      forMs: 1,
      waits: [{ group: 'web', phase: 'restart', why: 'x', instances: [], until: T0 + 1 }],
      progress: [{ ...PROGRESS, phase: 'restart' }],
    };
    const told = withOutlook(makeView(look, CALM), shown);
    if (told.kind !== 'wait') throw new Error('no wait');
    expect(told.waits[0]).not.to.have.property('then');
    expect(told.progress[0]).to.include({ strategy: 'restart' }).and.not.to.have.any.keys('from', 'to', 'expectedMs');
  });
});
