import { expect } from 'chai';
import { CALM, live, type Live } from '../support/live.js';

/** Resources take half a second of ours, so that a second command meets the first one's change. */
const SCENARIO = `
timing: {stackResource: [100, 120]}
faults:
  - {kind: stackFails, stack: failed, logicalId: Topic, reason: No such topic, times: 1}
  - {kind: stackFails, stack: paused, logicalId: Bad, reason: It cannot be changed, times: 1}
  - {kind: stackFails, stack: undeletable, logicalId: Topic, reason: Somebody still needs it, times: 1, during: delete}
  - {kind: stackFails, stack: stuck, logicalId: Bad, reason: It cannot be made, times: 1}
  - {kind: stackFails, stack: stuck, logicalId: Topic, reason: It does not go back, times: 1, during: rollback}
`;

const TOPIC =
  'Parameters: {Name: {Type: String}}\nResources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Name}}\n';

describe('stacks that do not simply take an update', function () {
  this.timeout(60_000);
  let world: Live;
  let template: string;
  before(async () => {
    world = await live(SCENARIO);
    template = await world.file('topic.yaml', TOPIC);
  });
  after(() => world.stop());

  const update = (stack: string, ...args: readonly string[]): ReturnType<Live['json']> =>
    world.json('update-stack', stack, ...CALM, ...args);

  it('one whose creation failed is refused with its root cause, and made anew when that is allowed', async () => {
    const first = await update('failed', '--template', template, 'Name=one');
    expect([first.code, first.document.outcome], first.stderr).to.deep.equal([7, 'stackFailed']);
    expect(first.document.failure?.reasons[0]?.text, 'points into the template').to.match(
      /topic\.yaml:3:\d+ Topic \(AWS::SNS::Topic in failed\) CREATE_FAILED: No such topic$/,
    );
    const refused = await update('failed', '--template', template, 'Name=one');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.failed']);
    expect(refused.document.failure?.reasons[0]?.text).to.match(/^Topic .*: No such topic$/);
    expect(refused.document.failure?.next.join('\n')).to.include(
      `update-stack failed Name=one --replace-failed --template ${template} `,
    );
    const plan = await world.json('plan', 'failed', '--template', template, 'Name=one', '--replace-failed');
    expect([plan.code, plan.document.failure?.code], 'plan deletes nothing').to.deep.equal([3, 'stack.failed']);
    const again = await update('failed', '--template', template, 'Name=one', '--replace-failed');
    expect([again.code, again.document.outcome], again.stderr).to.deep.equal([0, 'created']);
    expect(again.stderr).to.include('Deletes the stack, whose creation had failed').and.to.include('DELETE_COMPLETE');
  });

  it('one whose roll-back failed is explained, and continued without what cannot be mended', async () => {
    expect((await update('stuck', '--template', template, 'Name=one')).code).to.equal(0);
    const worse = await world.file('worse.yaml', `${TOPIC}  Bad: {Type: AWS::SNS::Topic, DependsOn: Topic}\n`);
    const first = await update('stuck', '--template', worse, 'Name=two');
    expect([first.code, first.document.failure?.what], first.stderr).to.deep.equal([7, first.document.failure?.what]);
    expect(first.document.failure?.what).to.include('UPDATE_ROLLBACK_FAILED');
    const refused = await update('stuck', '--template', template, 'Name=three');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.stuck']);
    const reasons = refused.document.failure?.reasons.map(({ text }) => text).join('\n');
    expect(reasons).to.include('It cannot be made').and.to.include('It does not go back');
    const again = await update('stuck', '--template', template, 'Name=three', '--continue-rollback', '--skip', 'Topic');
    expect([again.code, again.document.outcome], again.stderr).to.deep.equal([0, 'updated']);
    expect(again.stderr)
      .to.include('Continues the roll-back that had failed')
      .and.to.include('UPDATE_ROLLBACK_COMPLETE');
  });

  it('one whose update failed with roll-back switched off is explained, and rolled back first when that is allowed', async () => {
    expect((await update('paused', '--template', template, 'Name=one')).code).to.equal(0);
    const worse = await world.file('paused.yaml', `${TOPIC}  Bad: {Type: AWS::SNS::Topic}\n`);
    const first = await update('paused', '--template', worse, 'Name=two', '--disable-rollback');
    expect([first.code, first.document.failure?.what.includes('UPDATE_FAILED')], first.stderr).to.deep.equal([7, true]);
    const refused = await update('paused', 'Name=three');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.stuck']);
    expect(refused.document.failure?.reasons[0]?.text).to.match(/^Bad .*: It cannot be changed$/);
    expect(refused.document.failure?.next.join('\n')).to.include('update-stack paused Name=three --rollback-first ');
    const again = await update('paused', '--template', template, 'Name=three', '--rollback-first');
    expect([again.code, again.document.outcome], again.stderr).to.deep.equal([0, 'updated']);
    expect(again.stderr).to.include('Rolls back the update that had failed').and.to.include('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.ask('DescribeStacks', { StackName: 'paused' })).to.include('<ParameterValue>three<');
  });

  it('one that could not be deleted is explained, and touched by nothing', async () => {
    expect((await update('undeletable', '--template', template, 'Name=one')).code).to.equal(0);
    await world.ask('DeleteStack', { StackName: 'undeletable' });
    const wait = await update('undeletable', 'Name=two', '--wait');
    expect([wait.code, wait.document.failure?.code], wait.stderr).to.deep.equal([3, 'stack.stuck']);
    const refused = await update(
      'undeletable',
      'Name=two',
      '--rollback-first',
      '--replace-failed',
      '--continue-rollback',
    );
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.stuck']);
    expect(refused.document.failure?.reasons[0]?.text).to.match(/^Topic .* DELETE_FAILED: Somebody still needs it$/);
    expect(refused.document.failure?.next.join('\n')).to.include(
      'aws cloudformation delete-stack --stack-name undeletable',
    );
  });

  it('one that somebody else is changing is refused, or waited for with a word about whose change it is', async () => {
    // One after the other, so that it takes a while.
    const chain = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'].map(
      (id, index, all) =>
        `  ${id}: {Type: AWS::SNS::Topic, ${index === 0 ? '' : `DependsOn: ${all[index - 1]}, `}Properties: {DisplayName: !Ref Name}}\n`,
    );
    const long = await world.file('long.yaml', `Parameters: {Name: {Type: String}}\nResources:\n${chain.join('')}`);
    expect((await update('busy', '--template', long, 'Name=one')).code).to.equal(0);
    const theirs = {
      StackName: 'busy',
      UsePreviousTemplate: 'true',
      ClientRequestToken: 'their-token',
      'Parameters.member.1.ParameterKey': 'Name',
      'Parameters.member.1.ParameterValue': 'theirs',
    };
    await world.ask('UpdateStack', theirs);
    const waiting = world.start('update-stack', 'busy', 'Name=ours', '--wait', '--json', ...CALM);
    const impatient = update('busy', 'Name=ours', '--wait', '--wait-timeout', '60');
    const refused = await update('busy', 'Name=ours');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.busy']);
    const short = await impatient;
    expect([short.code, short.document.failure?.code], short.stderr).to.deep.equal([3, 'stack.busy']);
    expect(short.document.failure?.what).to.include('still went on after 60 s (--wait-timeout)');
    const { code, stdout, stderr } = await waiting.finished;
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ outcome: 'updated' });
    expect(stderr).to.include('waiting for the change of their-token');
  });

  it('one that somebody is updating goes back at cancel, and with nothing to cancel says so', async () => {
    const theirs = {
      StackName: 'busy',
      UsePreviousTemplate: 'true',
      'Parameters.member.1.ParameterKey': 'Name',
      'Parameters.member.1.ParameterValue': 'cancelled',
    };
    await world.ask('UpdateStack', theirs);
    const { code, document, stderr } = await world.json(
      'cancel',
      'busy',
      '--warmup-seconds',
      '3600',
      '--action-timeout',
      '7200',
    );
    expect([code, document.outcome], stderr).to.deep.equal([0, 'cancelled']);
    expect(stderr).to.include('UPDATE_ROLLBACK_COMPLETE');
    const again = await world.json('cancel', 'busy');
    expect([again.code, again.document.failure?.code]).to.deep.equal([3, 'cancel.nothing']);
  });

  it('one that waits for its first change set is left to whoever made it', async () => {
    const kept = await update('review', '--template', template, 'Name=one', '--no-execute');
    expect(kept.code, kept.stderr).to.equal(0);
    const refused = await update('review', '--template', template, 'Name=two');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'stack.review']);
    expect(refused.document.failure?.next[0]).to.include(`--change-set ${kept.document.changeSet ?? ''}`);
    const { code, document, stderr } = await update('review', '--change-set', kept.document.changeSet ?? '');
    expect([code, document.outcome], stderr).to.deep.equal([0, 'created']);
  });

  it('settings are sent when they are given, and stay when they are not', async () => {
    const policy = await world.file(
      'policy.json',
      '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}',
    );
    const alarm = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web';
    const set = [
      '--tag',
      'team=web',
      '--role-arn',
      'arn:aws:iam::123456789012:role/cfn',
      '--notification-arn',
      'arn:aws:sns:eu-west-1:123456789012:t',
      '--termination-protection',
      '--stack-policy',
      policy,
      '--rollback-trigger',
      alarm,
      '--monitoring-minutes',
      '0',
    ];
    const first = await update('settings', '--template', template, 'Name=one', ...set);
    expect(first.code, first.stderr).to.equal(0);
    const second = await update('settings', 'Name=two', '--tag', 'stage=live', '--no-disable-rollback');
    expect(second.code, second.stderr).to.equal(0);
    const stack = await world.ask('DescribeStacks', { StackName: 'settings' });
    for (const word of [
      '<Key>team</Key>',
      '<Key>stage</Key>',
      'role/cfn',
      'sns:eu-west-1:123456789012:t',
      '<EnableTerminationProtection>true',
      alarm,
    ])
      expect(stack).to.include(word);
    expect(await world.ask('GetStackPolicy', { StackName: 'settings' })).to.include('Update:*');
    const during = await update('settings', 'Name=three', '--stack-policy-during-update', policy);
    expect(during.code, during.stderr).to.equal(0);
    const sent = (await (await fetch(`${world.env['AWS_ENDPOINT_URL']}/_sandbox/changes`)).json()) as readonly {
      readonly operation: string;
      readonly input: Readonly<Record<string, unknown>>;
    }[];
    const direct = sent.filter(
      ({ operation, input }) => operation === 'UpdateStack' && String(input['StackName']).includes('settings'),
    );
    expect(
      direct.map(({ input }) => String(input['StackPolicyDuringUpdateBody']).includes('Update:*')),
      'a change set cannot carry it',
    ).to.deep.equal([true]);
    const timeout = await update('timeout', '--template', template, 'Name=one', '--stack-timeout', '60');
    expect([timeout.code, timeout.document.outcome], timeout.stderr).to.deep.equal([0, 'created']);
    expect(await world.ask('DescribeStacks', { StackName: 'timeout' })).to.include('<TimeoutInMinutes>60');
  });
});
