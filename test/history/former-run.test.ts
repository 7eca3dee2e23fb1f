import { expect } from 'chai';
import { formerRun, sameState } from '../../src/history/former-run.js';
import type { HistoryEntry, StackState } from '../../src/model/history-entry.js';

const state = (image: string, template = 't'): StackState => ({
  template,
  parameters: { ImageId: image },
  secrets: ['P'],
});

/** `good 1` had image 1; `back 1 >r1` gave back what r1 had; newest first in what is answered. */
function runs(...oldestFirst: readonly string[]): readonly HistoryEntry[] {
  return oldestFirst
    .map((text, index): HistoryEntry => {
      const [kind = '', image = '', to] = text.split(/ >?/);
      const outcome =
        kind === 'bad' ? 'swapRolledBack' : kind === 'kept' ? 'kept' : kind === 'paused' ? 'paused' : 'updated';
      return {
        v: 1,
        ...{
          run: `r${index + 1}`,
          command: 'update-stack',
          version: '0',
          stack: 'web',
          account: '1',
          region: 'r',
          by: 'b',
        },
        ...{ at: '2026-11-21T00:00:00Z', elapsedMs: 1, exitCode: 0, groups: [], outcome },
        ...(to !== undefined && { to }),
        ...(image !== '-' && { after: state(image) }),
      };
    })
    .reverse();
}

describe('the run to go back to', () => {
  for (const [name, story, now, answer] of [
    ['nothing without a history', [], '1', undefined],
    ['nothing where only the present one is known', ['good 1'], '1', undefined],
    ['the last good one before the present', ['good 1', 'good 2'], '2', 'r1'],
    ['not a run that left the same', ['good 1', 'good 2', 'good 2'], '2', 'r1'],
    ['the last good one, where the present came to no good end', ['good 1', 'good 2', 'bad 3'], '3', 'r2'],
    ['the last good one, where somebody else changed the stack since', ['good 1', 'good 2'], '9', 'r2'],
    ['not one that was only paused, or keeps its old half', ['good 1', 'paused 2', 'kept 3', 'good 4'], '4', 'r1'],
    ['not one whose state is not known', ['good 1', 'good -', 'good 3'], '3', 'r1'],
    ['on back, where the present went back already', ['good 1', 'good 2', 'good 3', 'back 2 >r2'], '2', 'r1'],
    ['on back after going back twice', ['good 0', 'good 1', 'good 2', 'back 1 >r2', 'good 3', 'back 1 >r4'], '1', 'r1'],
    ['the last one, where what was gone back to is not listed any more', ['good 2', 'back 1 >r77'], '1', 'r1'],
    ['the same as before, whatever an entry says of itself', ['good 1', 'back 2 >r2'], '2', 'r1'],
    ['the last good one of a new template', ['good 1'], '1/other', 'r1'],
  ] as const)
    it(`is ${name}`, () => {
      const [image = '', template = 't'] = now.split('/');
      expect(formerRun(runs(...story), state(image, template))?.run).to.equal(answer);
    });
});

describe('two states of a stack', () => {
  it('are the same by template and values, leaving aside what nobody knows', () => {
    expect(sameState(state('1'), state('1'))).to.equal(true);
    expect(sameState(state('1'), state('2'))).to.equal(false);
    expect(sameState(state('1'), state('1', 'u'))).to.equal(false);
    const { template: _, ...unread } = state('1');
    expect(sameState(unread, state('1', 'u'))).to.equal(true);
    expect(
      sameState({ parameters: { A: '1', S: 'x' }, secrets: [] }, { parameters: { A: '1' }, secrets: ['S'] }),
    ).to.equal(true);
    expect(sameState({ parameters: { A: '1' }, secrets: [] }, { parameters: {}, secrets: [] })).to.equal(false);
  });
});
