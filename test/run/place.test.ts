import { expect } from 'chai';
import { placedInSentence, toldAt, withPlace, type Place } from '../../src/run/place.js';
import { command, remarked, commandLine, type NextCommand } from '../../src/text/commands/next-command.js';
import { remedyText, remedyWith, type Remedy } from '../../src/text/commands/remedy.js';

const ODD = 'web prod/blue (v2); rm x';
const PLACE = { region: 'eu-west-1', profile: 'my team' };

describe('the place of printed commands', () => {
  const cases: readonly (readonly [string, NextCommand, string])[] = [
    [
      'at the end',
      command`aws elb x --name ${ODD}`,
      `aws elb x --name '${ODD}' --region eu-west-1 --profile 'my team'`,
    ],
    [
      'before a remark',
      remarked(command`ha-updater plan web`, 'looks'),
      `ha-updater plan web --region eu-west-1 --profile 'my team'   # looks`,
    ],
    [
      'not twice, and the profile where only the region is said',
      command`ha-updater plan web --region us-east-1`,
      `ha-updater plan web --region us-east-1 --profile 'my team'`,
    ],
    [
      'although a name looks like a flag or a remark',
      command`ha-updater status --asg ${'a --region  # b'}`,
      `ha-updater status --asg 'a --region  # b' --region eu-west-1 --profile 'my team'`,
    ],
    ['not for help', command`ha-updater plan --help`, 'ha-updater plan --help'],
    ['not for other programs', command`npx cdk bootstrap`, 'npx cdk bootstrap'],
  ];
  for (const [how, given, expected] of cases)
    it(`stands ${how}`, () => expect(commandLine(withPlace(given, PLACE))).to.equal(expected));

  it('stands after the operation where the command is part of a sentence', () => {
    const at = (remedy: Remedy, place: Place): string => remedyText(remedy, (step) => placedInSentence(step, place));
    const resume = command`aws autoscaling resume-processes --auto-scaling-group-name ${ODD}`;
    expect(at(remedyWith`${resume}, or --force, which resets all.`, PLACE)).to.equal(
      `aws autoscaling resume-processes --region eu-west-1 --profile 'my team' --auto-scaling-group-name '${ODD}', ` +
        'or --force, which resets all.',
    );
    expect(at(remedyWith`Finish it first: ${command`ha-updater resume --asg web`}`, { region: 'eu-west-1' })).to.equal(
      'Finish it first: ha-updater resume --region eu-west-1 --asg web',
    );
    expect(
      at(remedyWith`Change it: ${command`ha-updater update-stack web`} by hand.`, { region: 'eu-west-1' }),
    ).to.equal('Change it: ha-updater update-stack --region eu-west-1 web by hand.');
  });

  it('stands in no sentence that only names a command, nor twice, nor in commands of other programs', () => {
    for (const remedy of [
      'See who is registered with ha-updater status.',
      'Finish it: ha-updater resume --asg web, or ha-updater rollback --asg web.',
      [command`aws elb x --region us-east-1 --profile me`],
      [command`kops rolling-update cluster --yes`],
    ])
      expect(toldAt([{ code: 'a', remedy }], PLACE)).to.deep.equal([{ code: 'a', remedy: remedyText(remedy) }]);
  });
});
