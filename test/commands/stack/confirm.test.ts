import { expect } from 'chai';
import { fake, type SinonSpy } from 'sinon';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const TOPIC =
  'Parameters: {Name: {Type: String}}\nResources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Name}}\n';
const QUESTION = 'Change stack topic like this?';

/** What a person decides; how a terminal takes the keys is in confirm.story.ts. */
describe('update-stack --confirm', () => {
  let world: SimulatedWorld;
  before(async () => {
    world = await simulatedWorld();
    const template = await world.file('topic.yaml', TOPIC);
    const { code, stderr } = await world.run(['update-stack', 'topic', '--template', template, 'Name=one']);
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  const name = (): string | undefined => {
    const { Stacks: stacks } = world.ask('DescribeStacks', { StackName: 'topic' }) as {
      readonly Stacks: readonly { readonly Parameters: readonly { readonly ParameterValue: string }[] }[];
    };
    return stacks[0]?.Parameters[0]?.ParameterValue;
  };
  const changeSets = (): number => world.changeSets('topic');
  const says = (answer: boolean): SinonSpy<[string, AbortSignal], Promise<boolean>> => fake.resolves(answer);
  const update = (ask: SinonSpy<[string, AbortSignal], Promise<boolean>>, ...words: readonly string[]) =>
    world.run(['update-stack', 'topic', '--confirm', ...words], {}, ask);
  const keep = async (value: string): Promise<string> =>
    (await world.json(['update-stack', 'topic', `Name=${value}`, '--no-execute'])).document.changeSet ?? '';

  it('without a terminal is an error before anything', async () => {
    const { code, document } = await world.json(['update-stack', 'topic', 'Name=two', '--confirm']);
    expect([code, document.failure?.code]).to.deep.equal([2, 'usage.flags']);
    expect(document.failure?.what).to.include('--confirm asks on a terminal, and there is none');
  });

  it('no changes nothing: exit 3, and the change set goes', async () => {
    const ask = says(false);
    const { code, stdout, stderr } = await update(ask, 'Name=two');
    expect(code, stderr).to.equal(3);
    expect(ask.args.map(([question]) => question)).to.deep.equal([QUESTION]);
    expect(stdout, 'what the question is about')
      .to.match(/Stack topic would be updated: 1 resource/)
      .and.to.match(/DisplayName: one → two \(by parameter Name\)/);
    expect(stderr)
      .to.include('LEFT AS IT WAS (exit 3): You did not answer yes.')
      .and.to.include('Nothing was changed.');
    expect([name(), changeSets()]).to.deep.equal(['one', 0]);
  });

  it('yes changes the stack, exit 0', async () => {
    const { code, stderr } = await update(says(true), 'Name=two');
    expect(code, stderr).to.equal(0);
    expect(name()).to.equal('two');
  });

  it('does not ask when there is nothing to change, nor when the change set is only kept', async () => {
    const ask = says(true);
    expect((await update(ask, 'Name=two')).code).to.equal(0);
    const kept = await update(ask, 'Name=three', '--no-execute');
    expect([kept.code, ask.callCount]).to.deep.equal([0, 0]);
    expect(kept.stdout, 'how to go on').to.match(
      /Next: ha-updater update-stack topic --change-set ha-updater-kept-\S+ --region eu-west-1/,
    );
    expect([name(), changeSets()]).to.deep.equal(['two', 1]);
  });

  it('asks about a change set that was kept, too, and executes it', async () => {
    const kept = await keep('four');
    const { code, stdout, stderr } = await update(says(true), '--change-set', kept);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include('two → four');
    expect([name(), changeSets()], 'executing one deletes the others').to.deep.equal(['four', 0]);
  });

  it('that was declined keeps a change set that somebody else made', async () => {
    const { code, stderr } = await update(says(false), '--change-set', await keep('five'));
    expect(code, stderr).to.equal(3);
    expect([name(), changeSets()]).to.deep.equal(['four', 1]);
  });
});
