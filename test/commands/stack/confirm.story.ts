import { expect } from 'chai';
import { HAS_TERMINAL, startOnTerminal, type OnTerminal } from '../support/cli.js';
import { CALM, live, type Live } from '../support/live.js';

const TOPIC =
  'Parameters: {Name: {Type: String}}\nResources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Name}}\n';
const QUESTION = /Change stack topic like this\? \[y\/N\]/;

describe('update-stack --confirm', function () {
  this.timeout(60_000);
  let world: Live;
  before(async () => {
    world = await live('{}');
    const { code, stderr } = await world.json(
      'update-stack',
      'topic',
      '--template',
      await world.file('topic.yaml', TOPIC),
      'Name=one',
      ...CALM,
    );
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  const name = async (): Promise<string | undefined> =>
    /<ParameterValue>(\w+)</.exec(await world.ask('DescribeStacks', { StackName: 'topic' }))?.[1];
  const changeSets = async (): Promise<number> =>
    (await world.ask('ListChangeSets', { StackName: 'topic' })).split('<ExecutionStatus>AVAILABLE').length - 1;
  const update = (value: string, ...args: readonly string[]): OnTerminal =>
    startOnTerminal(['update-stack', 'topic', `Name=${value}`, '--confirm', ...CALM, ...args], world.env);

  it('without a terminal is an error before anything, also when the answer is piped in', async () => {
    const { code, document } = await world.json('update-stack', 'topic', 'Name=two', '--confirm');
    expect([code, document.failure?.code]).to.deep.equal([2, 'usage.flags']);
    expect(document.failure?.what).to.include('--confirm asks on a terminal, and there is none');
  });

  if (!HAS_TERMINAL) return;

  for (const [keys, how] of [
    ['n\r', 'no'],
    ['\r', 'an empty answer'],
    ['yeah\r', 'anything but yes'],
    ['\u0004', 'the end of the input'],
  ] as const) {
    it(`${how} changes nothing: exit 3, and the change set goes`, async () => {
      const run = update('two');
      const screen = await run.sees(QUESTION);
      expect(screen, 'what the question is about')
        .to.match(/Stack topic would be updated: 1 resource/)
        .and.to.match(/DisplayName: one → two \(by parameter Name\)/);
      run.types(keys);
      const { code, screen: end } = await run.finished;
      expect(code, end).to.equal(3);
      expect(end).to.include('LEFT AS IT WAS (exit 3): You did not answer yes.').and.to.include('Nothing was changed.');
      expect([await name(), await changeSets()]).to.deep.equal(['one', 0]);
    });
  }

  for (const early of ['y', 'y\r'])
    it(`what was typed before the question stood there is no answer: ${JSON.stringify(early)}`, async () => {
      const run = update('two');
      run.types(early);
      await run.sees(QUESTION);
      // Long enough that an answer which was taken would have shown.
      await new Promise((resolve) => setTimeout(resolve, 300));
      run.types('\r');
      const { code, screen } = await run.finished;
      expect(code, screen).to.equal(3);
      expect([await name(), await changeSets()]).to.deep.equal(['one', 0]);
    });

  it('Ctrl-C at the question changes nothing: exit 3, and the change set goes', async () => {
    const run = update('two');
    await run.sees(QUESTION);
    run.types('\u0003');
    const { code, screen } = await run.finished;
    expect(code, screen).to.equal(3);
    expect(screen).to.include('SIGINT').and.to.include('Nothing was changed.');
    expect([await name(), await changeSets()]).to.deep.equal(['one', 0]);
  });

  it('yes changes the stack, exit 0', async () => {
    const run = update('two');
    await run.sees(QUESTION);
    run.types('yes\r');
    const { code, screen } = await run.finished;
    expect(code, screen).to.equal(0);
    expect(await name()).to.equal('two');
  });

  it('does not ask when there is nothing to change, nor when the change set is only kept', async () => {
    const same = await update('two').finished;
    expect(same.code, same.screen).to.equal(0);
    expect(same.screen).not.to.match(QUESTION);
    const kept = await update('three', '--no-execute').finished;
    expect(kept.code, kept.screen).to.equal(0);
    expect(kept.screen).not.to.match(QUESTION);
    expect(kept.screen, 'how to go on').to.match(
      /Next: ha-updater update-stack topic --change-set ha-updater-kept-\S+ --region eu-west-1/,
    );
    expect([await name(), await changeSets()]).to.deep.equal(['two', 1]);
  });

  it('asks about a change set that was kept, too, and names the command that executes it', async () => {
    const { document } = await world.json('update-stack', 'topic', 'Name=four', '--no-execute');
    expect(document.next).to.deep.equal([
      `ha-updater update-stack topic --change-set ${document.changeSet ?? ''} --region eu-west-1`,
    ]);
    const run = startOnTerminal(
      ['update-stack', 'topic', '--change-set', document.changeSet ?? '', '--confirm', ...CALM],
      world.env,
    );
    expect(await run.sees(QUESTION)).to.include('two → four');
    run.types('y\r');
    const { code, screen } = await run.finished;
    expect(code, screen).to.equal(0);
    expect([await name(), await changeSets()], 'executing one deletes the others').to.deep.equal(['four', 0]);
  });

  it('that was declined keeps a change set that somebody else made', async () => {
    const { document } = await world.json('update-stack', 'topic', 'Name=five', '--no-execute');
    const run = startOnTerminal(
      ['update-stack', 'topic', '--change-set', document.changeSet ?? '', '--confirm', ...CALM],
      world.env,
    );
    await run.sees(QUESTION);
    run.types('n\r');
    const { code, screen } = await run.finished;
    expect(code, screen).to.equal(3);
    expect([await name(), await changeSets()]).to.deep.equal(['four', 1]);
  });
});
