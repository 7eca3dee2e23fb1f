import { expect } from 'chai';
import { createCommandStage } from '../support/command-stage.js';
import { standardGroup } from '../support/sandbox.js';

/** How each command that takes groups by name refuses a name that means nothing. */
const REFUSALS: readonly (readonly [words: readonly string[], what: string])[] = [
  [['update-asgs'], 'The swap was not started: nope: there is no such Auto Scaling group.'],
  [
    ['restart', '--ssm', 'AWS-RunShellScript'],
    'The restart was not started: nope: there is no such Auto Scaling group.',
  ],
  [['resume'], 'Nothing was resumed: nope: there is no such Auto Scaling group.'],
  [['rollback'], 'The roll-back was not started: nope: there is no such Auto Scaling group.'],
  [['unfreeze'], 'The unfreeze was not started: nope: there is no such Auto Scaling group.'],
  ...['cancel', 'plan', 'status', 'watch'].map((name) => [[name], 'There is no group nope.'] as const),
];

describe('a group that is not there', () => {
  for (const [words, what] of REFUSALS)
    it(`is refused by ${words[0] ?? ''}, and nothing is a success`, async () => {
      const stage = createCommandStage();
      standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
      const { code, document } = await stage.run([...words, '--asg', 'nope']);
      expect(code).to.equal(3);
      expect(document?.failure?.what).to.satisfy((told: string) => told.startsWith(what), document?.failure?.what);
    });
});
