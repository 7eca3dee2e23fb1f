import { expect } from 'chai';
import { goesBack } from '../../src/fleet/back-by-state.js';
import { outcomeOfFleet, phaseOf, type TargetEnd } from '../../src/fleet/target-end.js';
import { bakesAgain, type LaterTarget } from '../../src/fleet/target-state.js';

describe('how a target is taken back', () => {
  for (const [state, cancel, rollback, withHistory] of [
    ['underWay', 'cancel', 'cancel', 'cancel'],
    ['changing', 'cancel', 'cancel', 'cancel'],
    ['interrupted', 'cancel', 'rollback', 'rollback'],
    ['paused', 'cancel', 'rollback', 'rollback'],
    ['kept', undefined, 'rollback', 'rollback'],
    ['current', undefined, undefined, 'rollback'],
    ['outdated', undefined, undefined, 'rollback'],
    ['frozen', undefined, undefined, undefined],
    ['missing', undefined, undefined, undefined],
    ['unreadable', undefined, undefined, undefined],
  ] as const)
    it(`one that is ${state}`, () => {
      const way = (what: 'cancel' | 'rollback', hasHistory: boolean): string | undefined => {
        const how = goesBack(what, { state }, hasHistory);
        if (typeof how === 'object') expect(how.says).to.match(/^it (is|was) /);
        return typeof how === 'object' ? undefined : how;
      };
      expect([way('cancel', false), way('rollback', false), way('rollback', true)]).to.deep.equal([
        cancel,
        rollback,
        withHistory,
      ]);
    });
});

describe('how a fleet ended', () => {
  const end = (outcome: TargetEnd['outcome'], exitCode?: number): TargetEnd => ({
    wave: 'a',
    target: 't',
    outcome,
    ...(exitCode !== undefined && { exitCode }),
    says: '',
    elapsedMs: 0,
    next: [],
  });
  for (const [how, ends, outcome] of [
    ['done', [end('updated', 0), end('nothing', 0)], 'updated'],
    ['done', [end('nothing', 0)], 'nothing'],
    ['done', [end('updated', 0), end('swapRolledBack', 4)], 'swapRolledBack'],
    ['failed', [end('refused', 3), end('swapRolledBack', 4), end('notBegun')], 'swapRolledBack'],
    ['failed', [end('stopped', 5), end('swapRolledBack', 4)], 'stopped'],
    ['failed', [end('bug', 1), end('stopped', 5)], 'bug'],
    ['alarm', [end('updated', 0)], 'stopped'],
    ['alarm', [end('refused', 3)], 'stopped'],
    ['stopped', [end('updated', 0), end('notBegun')], 'stopped'],
    ['stopped', [end('swapRolledBack', 4)], 'swapRolledBack'],
    ['approval', [end('updated', 0), end('notBegun')], 'paused'],
    ['paused', [end('paused', 0)], 'paused'],
    ['paused', [end('paused', 0), end('held', 6)], 'held'],
  ] as const)
    it(`${how} with ${ends.map((one) => one.outcome).join(', ')} is ${outcome}`, () =>
      expect(outcomeOfFleet(how, ends)).to.equal(outcome));

  it('knows what an end means for its wave', () => {
    expect([end('updated', 0), end('kept', 0), end('paused', 0), end('held', 6)].map(phaseOf)).to.deep.equal([
      'done',
      'done',
      'paused',
      'failed',
    ]);
  });
});

describe('the time after a wave that an earlier run went through', () => {
  const later = (state: LaterTarget['state'], newest = 0, hasTemplate = false): LaterTarget => ({
    state,
    newest,
    hasTemplate,
  });
  for (const [says, targets, again] of [
    ['nothing comes after it', [], false],
    ['nothing is to do after it', [later('current'), later('kept')], false],
    ['a template may differ after it', [later('current', 0, true)], true],
    ['the next wave was not begun', [later('outdated'), later('missing')], true],
    ['a target of the next wave is begun', [later('outdated'), later('interrupted')], false],
    ['one of them was rolled back', [later('outdated'), later('frozen')], false],
    ['one of them is current, and newer', [later('outdated'), later('current', 200)], false],
    ['one of them is current, and older', [later('outdated'), later('current', 50)], true],
  ] as const)
    it(`is ${again ? 'waited for' : 'over'} where ${says}`, () => expect(bakesAgain(100, targets)).to.equal(again));
});
