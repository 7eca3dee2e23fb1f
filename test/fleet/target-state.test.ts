import { expect } from 'chai';
import { lookOf, statedValues, type GroupLook } from '../../src/fleet/target-state.js';
import { worstEnd } from '../../src/fleet/worst-end.js';

const group = (state: GroupLook['state'], more: Partial<GroupLook> = {}): GroupLook => ({
  name: 'web',
  state,
  paused: false,
  instances: 4,
  outdated: 0,
  remarks: ['It is so. And more.'],
  ...more,
});
const NONE: ReadonlyMap<string, string> = new Map();

describe('where a target stands', () => {
  for (const [says, groups, state] of [
    ['nothing is to do', [group('atRest')], 'current'],
    ['one group is outdated', [group('atRest'), group('atRest', { outdated: 1 })], 'outdated'],
    ['a run works', [group('atRest'), group('underWay')], 'underWay'],
    ['its run is gone', [group('interrupted')], 'interrupted'],
    ['it waits for a person', [group('interrupted', { paused: true })], 'paused'],
    ['a run works on a paused rollout', [group('underWay', { paused: true })], 'underWay'],
    ['the old half is kept', [group('kept')], 'kept'],
    ['it was rolled back', [group('frozen', { outdated: 4 })], 'frozen'],
    ['one is frozen, and a run works on the other', [group('frozen'), group('underWay')], 'underWay'],
    ['a note is of another version', [group('underWay'), group('unreadable')], 'unreadable'],
    ['there are no groups', [], 'current'],
  ] as const)
    it(`is ${state} where ${says}`, () => {
      expect(lookOf('t', { groups }, NONE).state).to.equal(state);
    });

  it('compares the values that the file states with those of the stack', () => {
    const stack = (changing: boolean) => ({
      changing,
      status: 'UPDATE_IN_PROGRESS',
      parameters: new Map([
        ['Image', 'ami-1'],
        ['Secret', undefined],
      ]),
    });
    const look = (values: readonly (readonly [string, string])[], changing = false) =>
      lookOf('t', { groups: [group('atRest', { outdated: 1 })], stack: stack(changing) }, new Map(values));
    expect(look([['Image', 'ami-2']]).says).to.equal('1 of 4 instances outdated; the stack has another Image');
    expect(look([['Image', 'ami-1']]).says).to.equal('1 of 4 instances outdated');
    // What is secret cannot be compared, and what the stack does not have yet is the plan's to say.
    const others: [string, string][] = [
      ['Secret', 'x'],
      ['New', 'y'],
    ];
    expect(look(others).says).to.equal('1 of 4 instances outdated');
    expect(look([], true)).to.include({ state: 'changing', says: 'the stack is UPDATE_IN_PROGRESS' });
  });

  it('knows which values stand in the file itself', () => {
    expect([...statedValues(['A=1', 'B=@env:X', 'C=@file:y', 'D=@@z', 'E=a=b', 'F='])]).to.deep.equal([
      ['A', '1'],
      ['D', '@z'],
      ['E', 'a=b'],
      ['F', ''],
    ]);
  });
});

describe('the exit code of a fleet', () => {
  const worst = (...codes: readonly number[]) => worstEnd(codes.map((exitCode) => ({ exitCode })))?.exitCode;
  for (const [codes, expected] of [
    [[], undefined],
    [[0, 0], 0],
    [[0, 3], 3],
    [[2, 3, 0], 3],
    [[6, 3], 6],
    [[7, 6], 7],
    [[4, 7], 4],
    [[4, 5, 4], 5],
    [[5, 1], 1],
    [[0, 10], 10],
  ] as const)
    it(`is ${String(expected)} for ${codes.join(', ') || 'nothing'}`, () => expect(worst(...codes)).to.equal(expected));
});
