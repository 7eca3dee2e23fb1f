import { expect } from 'chai';
import { repeatable, type ChangeTyped } from '../../../src/app/stack/same-change.js';
import { Failure, refused } from '../../../src/errors.js';
import { command, commandLine, remarked, type NextCommand } from '../../../src/text/commands/next-command.js';

const declared = [
  { key: 'ImageId', noEcho: false },
  { key: 'DbPassword', noEcho: true },
] as never;

const typed = (more: Partial<ChangeTyped> = {}): ChangeTyped => ({
  stack: 'web',
  parameters: ['ImageId=ami-1', 'Name=a b'],
  capabilities: [],
  ...more,
});

/** The lines that are printed where the change of `asked` is refused with these commands. */
async function printed(asked: ChangeTyped, ...next: readonly NextCommand[]): Promise<readonly string[]> {
  const failing = Promise.reject(refused('swap.refused', 'No.', [], next));
  const failure: unknown = await repeatable(asked, { template: { declared } as never }, failing).catch(
    (e: unknown) => e,
  );
  if (!(failure instanceof Failure)) throw new Error('no failure came out');
  return failure.facts.next.map(commandLine);
}

describe('commands for the same change', () => {
  it('carry the parameters and the template, which the stack does not have yet', async () => {
    const asked = typed({ template: 'web.yaml', 'parameters-file': ['a.json', 'b.yaml'], tag: ['team=shop'] });
    expect(
      await printed(asked, command`ha-updater plan web`, command`ha-updater update-stack web --swap never`),
    ).to.eql([
      "ha-updater plan web ImageId=ami-1 'Name=a b' --template web.yaml --parameters-file a.json --parameters-file b.yaml --tag team=shop",
      "ha-updater update-stack web ImageId=ami-1 'Name=a b' --swap never --template web.yaml --parameters-file a.json --parameters-file b.yaml --tag team=shop",
    ]);
  });

  it('never show a NoEcho value; the remark says what is to be given', async () => {
    const asked = typed({ parameters: ['ImageId=ami-1', 'DbPassword=hunter2'] });
    const lines = await printed(
      asked,
      command`ha-updater plan web`,
      remarked(command`ha-updater update-stack web --swap never`, 'changes the stack alone'),
    );
    expect(lines).to.eql([
      'ha-updater plan web ImageId=ami-1   # give DbPassword as well',
      'ha-updater update-stack web ImageId=ami-1 --swap never   # changes the stack alone; give DbPassword as well',
    ]);
  });

  it('show where a NoEcho value stands, as it was typed', async () => {
    const asked = typed({ parameters: ['DbPassword=@env:PW'] });
    expect(await printed(asked, command`ha-updater plan web`)).to.eql(['ha-updater plan web DbPassword=@env:PW']);
  });

  it('stay as they are where they are about something else', async () => {
    const others = [
      command`ha-updater status web`,
      command`ha-updater plan api`,
      command`aws cloudformation delete-stack --stack-name web`,
      command`ha-updater update-stack web --continue-rollback --skip ID`,
      command`ha-updater update-stack web --change-set one`,
    ];
    expect(await printed(typed(), ...others)).to.eql(others.map(commandLine));
  });

  it('keep the template that they name themselves', async () => {
    const asked = typed({ template: 'long.yaml', tag: ['team=shop'] });
    const lines = await printed(asked, command`ha-updater update-stack web --template long.yaml --s3-bucket BUCKET`);
    expect(lines).to.eql([
      "ha-updater update-stack web ImageId=ami-1 'Name=a b' --template long.yaml --s3-bucket BUCKET --tag team=shop",
    ]);
  });

  it('show no value while nobody knows which are secret, and name them', async () => {
    const asked = typed({ parameters: ['ImageId=ami-1', 'DbPassword=@env:PW'] });
    const failing = Promise.reject(
      refused('template.needsS3', 'No.', [], [command`ha-updater update-stack web --template a`]),
    );
    const failure: unknown = await repeatable(asked, undefined, failing).catch((e: unknown) => e);
    expect(failure instanceof Failure && failure.facts.next.map(commandLine)).to.eql([
      'ha-updater update-stack web DbPassword=@env:PW --template a   # give ImageId as well',
    ]);
  });

  it('stay as they are where the template was piped in: nobody can read it again', async () => {
    for (const asked of [typed({ template: '-' }), typed({ 'parameters-file': ['/dev/fd/63'] })])
      expect(await printed(asked, command`ha-updater plan web`)).to.eql(['ha-updater plan web']);
  });

  it('leave what was not refused, and faults of other kinds, alone', async () => {
    expect(await repeatable(typed(), { template: { declared } as never }, Promise.resolve(7))).to.equal(7);
    const odd = new TypeError('odd');
    const out: unknown = await repeatable(typed(), { template: { declared } as never }, Promise.reject(odd)).catch(
      (e: unknown) => e,
    );
    expect(out).to.equal(odd);
  });
});
