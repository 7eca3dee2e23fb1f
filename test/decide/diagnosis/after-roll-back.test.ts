import { expect } from 'chai';
import { afterRollBack } from '../../../src/decide/diagnosis/after-roll-back.js';
import type { Group } from '../../../src/model/rollout/group.js';
import { commandLine } from '../../../src/text/commands/next-command.js';
import { group, instance } from '../../support/groups.js';

/** All of the commands, each from its operation on, with what it does. */
function ways(groups: readonly Group[], stack?: string, inPart = false): readonly string[] {
  const target = stack === undefined ? groups.flatMap(({ name }) => ['--asg', name]) : [stack];
  return afterRollBack(groups, target, { stack, inPart }).next.map((step) =>
    commandLine({ ...step, program: '', words: step.words.map((word) => word.replace(/^arn:.*/, 'ARN')) }).trim(),
  );
}

const versions = group({
  configurations: ['lt/lt-1:2'],
  instances: [instance('i-1', { configuration: 'lt/lt-1:1' }), instance('i-2', { configuration: 'lt/lt-1:1' })],
});
const FROZEN = { run: 'r', at: 0, processes: [], why: 'w' };
const noted = (name: string, flags: readonly string[]): Group =>
  group({ ...versions, name, notes: { frozen: { ...FROZEN, flags, needs: ['gate', 'alarms'] } } });
const BAD = 'launches what was rolled back';

describe('the same again, by the notes of frozen groups', () => {
  const last = (...groups: readonly Group[]): string | undefined => ways(groups).at(-1);
  const more = 'with --gate-command and --alarm as they were given, when the cause was something else and is fixed';

  it('has the flags of their rollout, and says which it has to be given besides', () =>
    expect(last(noted('web', ['--canary', '1']))).to.equal(
      `update-asgs --asg web --canary 1   # the same again ${more}`,
    ));

  it('has none that only some of the groups were given', () =>
    expect(last(noted('a', ['--canary', '1']), noted('b', []))).to.equal(
      `update-asgs --asg a --asg b   # the same again ${more}`,
    ));
});

describe('what helps after a roll-back', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'the group launches what its instances run: unfreezing alone',
      ways([group({ configurations: ['lc/one'] })]),
      ['unfreeze --asg web'],
    ],
    [
      'one former launch configuration: it is given back first',
      ways([group()]),
      [
        'autoscaling update-auto-scaling-group --auto-scaling-group-name web --launch-configuration-name one' +
          '   # launches what its instances run again',
        `unfreeze --asg web   # then; before that the next scale-out ${BAD}`,
        'update-asgs --asg web   # the same again, when the cause was something else and is fixed',
      ],
    ],
    [
      'one former version of a launch template, in a stack: that says otherwise',
      ways([versions], 'web'),
      [
        'autoscaling update-auto-scaling-group --auto-scaling-group-name web --launch-template ' +
          'LaunchTemplateId=lt-1,Version=1   # launches what its instances run again; its stack says otherwise until its ' +
          'next change',
        `unfreeze web   # then; before that the next scale-out ${BAD}`,
        'update-asgs web   # the same again, when the cause was something else and is fixed',
      ],
    ],
    [
      'several former ones: no command gives them back',
      ways([group({ instances: [instance('i-1'), instance('i-2', { configuration: 'lc/zero' })] })]),
      [
        `unfreeze --asg web   # until then the next scale-out ${BAD}`,
        'update-asgs --asg web   # the same again, when the cause was something else and is fixed',
      ],
    ],
    [
      'new instances serve on: they are replaced before anything is unfrozen',
      ways([group()], undefined, true).slice(1),
      [
        'update-asgs --asg web   # then: replaces all that does not run the former configuration',
        `unfreeze --asg web   # then; before that the next scale-out ${BAD}`,
      ],
    ],
  ];
  for (const [what, is, expected] of cases) it(what, () => expect(is).to.deep.equal(expected));

  it('is said of each where there are several', () => {
    const { text } = afterRollBack([group(), group({ name: 'api' })], ['shop'], { stack: undefined });
    expect(text).to.match(/^Each group launches what was rolled back until .* give each back the configuration/);
  });
});
