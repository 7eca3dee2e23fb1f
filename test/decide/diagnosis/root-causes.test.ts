import { expect } from 'chai';
import fc from 'fast-check';
import { leftovers, rootCauses } from '../../../src/decide/diagnosis/root-causes.js';
import type { StackEvent } from '../../../src/model/stack/stack.js';

let count = 0;
/** `stack/Logical STATUS reason` at a second; the stack itself is written `stack/.`, a nested one `stack/=child`. */
function event(at: number, text: string): StackEvent {
  const [, stackId = '', logical = '', status = '', reason = ''] = /^(\w+)\/(\S+) (\S+) ?(.*)$/.exec(text) ?? [];
  const nested = /^=(.+)/.exec(logical)?.[1];
  const itself = logical === '.';
  return {
    id: `e${count++}`,
    at,
    stackId,
    stackName: stackId,
    logicalId: itself ? stackId : (nested ?? logical),
    physicalId: itself ? stackId : (nested ?? `${logical}-1`),
    type: itself || nested !== undefined ? 'AWS::CloudFormation::Stack' : 'AWS::SNS::Topic',
    status,
    reason,
  };
}

const causes = (lines: readonly string[]): string[] =>
  rootCauses(lines.map((line, index) => event(index, line))).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);

describe('root causes', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['nothing failed', ['s/. UPDATE_IN_PROGRESS', 's/A UPDATE_COMPLETE', 's/. UPDATE_COMPLETE'], []],
    [
      'the first of two, oldest first',
      ['s/A UPDATE_FAILED one', 's/B CREATE_FAILED two', 's/. UPDATE_ROLLBACK_IN_PROGRESS x'],
      ['A: one', 'B: two'],
    ],
    [
      'not those that were only cancelled',
      [
        's/A UPDATE_FAILED Resource update cancelled',
        's/C CREATE_FAILED Resource creation cancelled',
        's/B CREATE_FAILED two',
      ],
      ['B: two'],
    ],
    [
      'a reason that merely speaks of cancelling counts',
      ['s/A CREATE_FAILED The spot request was cancelled by you'],
      ['A: The spot request was cancelled by you'],
    ],
    [
      'down nested stacks, without the rows above',
      [
        's/=mid CREATE_FAILED Embedded',
        'mid/=leaf CREATE_FAILED Embedded',
        'leaf/A CREATE_FAILED no subnet',
        'leaf/. CREATE_FAILED x',
        'mid/. CREATE_FAILED x',
        's/. ROLLBACK_IN_PROGRESS x',
      ],
      ['A: no subnet'],
    ],
    [
      'a nested stack of which nothing more is known',
      ['s/=mid CREATE_FAILED no permission', 's/. ROLLBACK_IN_PROGRESS x'],
      ['mid: no permission'],
    ],
    [
      'failures of the undoing come not before what caused it',
      [
        's/A UPDATE_FAILED one',
        's/. UPDATE_ROLLBACK_IN_PROGRESS x',
        's/A UPDATE_FAILED two',
        's/. UPDATE_ROLLBACK_FAILED y',
      ],
      ['A: one'],
    ],
    [
      'but they count when nothing else does',
      ['s/. UPDATE_ROLLBACK_IN_PROGRESS User Initiated', 's/A UPDATE_FAILED two', 's/. UPDATE_ROLLBACK_FAILED y'],
      ['s: User Initiated', 'A: two'],
    ],
    [
      "the stack's own words when no resource failed",
      [
        's/. UPDATE_IN_PROGRESS User Initiated',
        's/. UPDATE_ROLLBACK_IN_PROGRESS An alarm went off',
        's/. UPDATE_ROLLBACK_COMPLETE',
      ],
      ['s: An alarm went off'],
    ],
    ['what could not be deleted is no cause', ['s/A DELETE_FAILED in use', 's/B UPDATE_FAILED two'], ['B: two']],
  ];
  for (const [what, lines, expected] of cases) it(what, () => expect(causes(lines)).to.deep.equal(expected));

  it('do not depend on the order in which events are read', () => {
    const events = [
      's/A CREATE_FAILED one',
      's/B CREATE_FAILED two',
      's/C CREATE_FAILED Resource creation cancelled',
      's/. ROLLBACK_IN_PROGRESS x',
      's/D DELETE_FAILED y',
    ].map((line, at) => event(at, line));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        (shuffled) => void expect(rootCauses(shuffled)).to.deep.equal(rootCauses(events)),
      ),
    );
  });

  it('are only events that were given, and failures or words of a stack itself', () => {
    const status = fc.constantFrom(
      'CREATE_FAILED',
      'UPDATE_FAILED',
      'DELETE_FAILED',
      'UPDATE_COMPLETE',
      'ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_FAILED',
    );
    const line = fc.tuple(
      fc.constantFrom('s', 't'),
      fc.constantFrom('.', 'A', 'B', '=t', '=u'),
      status,
      fc.constantFrom('', 'x', 'Resource update cancelled'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const events = lines.map(([stack, logical, state, reason], at) =>
          event(at, `${stack}/${logical} ${state} ${reason}`),
        );
        for (const cause of rootCauses(events)) {
          expect(events).to.include(cause);
          expect(cause.status).to.match(/_FAILED$|ROLLBACK_IN_PROGRESS$/);
          if (cause.type !== 'AWS::CloudFormation::Stack') expect(cause.reason).not.to.include('cancelled');
        }
      }),
    );
  });

  it('leftovers are resources that could not be deleted', () => {
    const events = ['s/A DELETE_FAILED in use', 's/. DELETE_FAILED x', 's/B DELETE_COMPLETE'].map((line, at) =>
      event(at, line),
    );
    expect(leftovers(events).map(({ logicalId }) => logicalId)).to.deep.equal(['A']);
  });
});
