import { expect } from 'chai';
import type { RunEvent } from '../../src/model/event.js';
import type { RolloutRecord } from '../../src/model/rollout/record.js';
import { NOTHING_DONE, stateAfter, type RunState } from '../../src/run/run-state.js';

/** The state after these events, one second after another. */
function after(...events: readonly RunEvent[]): RunState {
  return events.reduce((state, event, second) => stateAfter(state, { event, at: second * 1000 }), NOTHING_DONE);
}

const acts = (action: Extract<RunEvent, { type: 'action.started' }>['action']): RunEvent => ({
  type: 'action.started',
  action,
  why: '',
});

const recordOf = (strategy: RolloutRecord['strategy']): RolloutRecord => ({ strategy }) as RolloutRecord;

const records = (group: string, strategy: RolloutRecord['strategy'] = 'swap'): RunEvent =>
  acts({ type: 'record', group, record: recordOf(strategy), lease: {} as never });

const judges = (...groups: readonly string[]): RunEvent =>
  acts({ type: 'judge', groups, verdict: {} as never, lease: {} as never });

const finished = (group: string, outcome: 'promoted' | 'stuck'): RunEvent => ({
  type: 'group.finished',
  result: { group, outcome, why: outcome },
});

describe('what a run has done, read off its events', () => {
  it('is nothing at first, and looking changes nothing', () => {
    const state = after({ type: 'groups.found', groups: ['web'] });
    expect([state.changed, state.stage, state.open]).to.deep.equal([false, 'groups', []]);
  });

  it('counts an action as a change when it is sent: its reply may be lost', () => {
    expect(after(acts({ type: 'suspend', group: 'web', processes: [] })).changed).to.equal(true);
  });

  it('knows which groups hold a record, until each came to its end; a stuck one keeps it', () => {
    expect(after(records('web'), records('api'), finished('web', 'promoted')).open).to.deep.equal(['api']);
    expect(after(records('web'), records('api'), finished('web', 'stuck')).open).to.deep.equal(['api', 'web']);
  });

  it('has changed nothing once the sizes that it noted are given back, unless it did anything else', () => {
    const keeps = (group: string): RunEvent => records(group, 'keep-size');
    const suspends = (group: string): RunEvent => acts({ type: 'suspend', group, processes: ['Terminate'] });
    const gives = (group: string): RunEvent =>
      acts({ type: 'clear', group, notes: ['record'], result: { group, outcome: 'sizeKept', why: '' } });
    const changed = (...events: readonly RunEvent[]): boolean => after(...events).changed;
    expect(changed(keeps('web'), suspends('web'))).to.equal(true);
    expect(changed(keeps('web'), suspends('web'), gives('web'))).to.equal(false);
    expect(changed(keeps('web'), keeps('api'), gives('web'))).to.equal(true);
    expect(changed(keeps('web'), keeps('api'), gives('web'), gives('api'))).to.equal(false);
    expect(changed(keeps('web'), suspends('other'), gives('web'))).to.equal(true);
    expect(changed(judges('other'), keeps('web'), gives('web'))).to.equal(true);
    const sent = { type: 'stack.started' } as RunEvent & { type: 'stack.started' };
    expect(changed(keeps('web'), sent, gives('web'))).to.equal(true);
  });

  it('knows of one action, while nothing else was asked to change: if AWS refused that, nothing is changed', () => {
    const once = (...events: readonly RunEvent[]): boolean | undefined => after(...events).askedOnce;
    expect(once()).to.equal(undefined);
    expect(once(records('web'))).to.equal(true);
    expect(once(records('web'), acts({ type: 'suspend', group: 'web', processes: [] }))).to.equal(undefined);
    expect(once(records('web'), { type: 'stack.started' } as RunEvent)).to.equal(undefined);
    expect(once({ type: 'stack.started' } as RunEvent, records('web'))).to.equal(undefined);
  });

  it('knows which groups are judged, each once', () => {
    expect(after(judges('web', 'api'), judges('web')).judged).to.deep.equal(['web', 'api']);
  });

  it('tells a rolling rollout by its record or its phase', () => {
    expect(after(records('web', 'rolling')).rolling).to.equal(true);
    expect(after(records('web', 'rolling'), records('api', 'swap')).rolling).to.equal(false);
  });

  it('counts what a dead run began as its own, since the oldest of them', () => {
    const adopted = (group: string, since: number): RunEvent =>
      ({ type: 'group.adopted', group, since }) as RunEvent & { type: 'group.adopted' };
    const state = after(adopted('web', 7_000), adopted('api', 5_000));
    expect([state.adoptedSince, state.open, state.changed]).to.deep.equal([5_000, ['web', 'api'], true]);
  });

  it('keeps the last result of each group, and what could not be set on the stack', () => {
    const warning = (code: string): RunEvent => ({
      type: 'warning',
      reason: { code, text: `text of ${code}`, remedy: '' },
    });
    const state = after(
      finished('web', 'promoted'),
      { type: 'group.skipped', group: 'web', why: 'done' },
      warning('stack.notSet'),
      warning('other'),
    );
    expect([...state.results.values()]).to.deep.equal([{ group: 'web', outcome: 'skipped', why: 'done' }]);
    expect(state.notSet).to.deep.equal(['text of stack.notSet']);
  });

  it('never changes a state that somebody holds', () => {
    const before = after(records('web'));
    const copy = structuredClone(before);
    stateAfter(before, { event: finished('web', 'promoted'), at: 9 });
    stateAfter(before, { event: judges('web'), at: 9 });
    expect(before).to.deep.equal(copy);
  });
});
