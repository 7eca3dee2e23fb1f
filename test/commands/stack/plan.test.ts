import { expect } from 'chai';
import { join } from 'node:path';
import { expectGolden } from '../../golden.js';
import { NETWORK } from '../support/live.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';
import { ROOT } from '../../support/root.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const SECRET = 'never-to-be-seen-94';
const ami = (n: number): string => `ImageId=ami-0123456789abcde0${n}`;

/** What chance and time put into names, so that a page can be compared. */
const steady = (text: string): string =>
  text
    .replaceAll(/web-Group-[A-Z0-9]+/g, 'web-Group-X')
    .replaceAll(/ha-updater-[\w-]+/g, 'ha-updater-RUN')
    .replaceAll(/\b(i|lt|sg)-[0-9a-f]{8,}/g, '$1-0')
    .replaceAll(/arn:aws:\S+/g, 'ARN')
    .replaceAll(/web-(Class|Targe|Balan)[\w-]*/g, 'web-$1');

describe('plan and the guards of update-stack', function () {
  this.timeout(90_000);
  let world: SimulatedWorld;
  before(async () => {
    world = await simulatedWorld();
  });
  after(() => world.stop());

  const run = (...args: readonly string[]): ReturnType<SimulatedWorld['run']> => world.run(args);
  const json = (...args: readonly string[]): ReturnType<SimulatedWorld['json']> => world.json(args);
  const changeSets = (): number => world.changeSets('web');

  it('shows the creation of a stack that is not there, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await run(
      'plan',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      ami(1),
      `DbPassword=${SECRET}`,
    );
    expect(code, stderr).to.equal(0);
    expectGolden('plan-create.txt', steady(stdout));
    const status = await run('status', 'web');
    expect([status.code, status.stderr.includes('no stack web')]).to.deep.equal([3, true]);
  });

  it('refuses to create for a pipeline that expects no changes, and where creating was not meant', async () => {
    const unexpected = await json(
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      ami(1),
      `DbPassword=${SECRET}`,
      '--expect-no-changes',
    );
    expect([unexpected.code, unexpected.document.failure?.code]).to.deep.equal([3, 'change.unexpected']);
    const absent = await json(
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      ami(1),
      `DbPassword=${SECRET}`,
      '--no-create',
    );
    expect([absent.code, absent.document.failure?.code]).to.deep.equal([3, 'stack.missing']);
  });

  it('then it is created as planned', async () => {
    const { code, document, stderr } = await json(
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      ami(1),
      `DbPassword=${SECRET}`,
    );
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('created');
    expect(stderr)
      .to.include('will be created with')
      .and.to.match(/CREATE_COMPLETE .*\d+ of \d+ done/);
  });

  it('with nothing to change says so, and exits 0 in either way', async () => {
    const { code, document, stderr } = await json('plan', 'web', '--detailed-exitcode');
    expect([code, document.outcome, document.plan?.action], stderr).to.deep.equal([0, 'nothing', 'none']);
    const calm = await json('update-stack', 'web', '--expect-no-changes');
    expect([calm.code, calm.document.outcome], calm.stderr).to.deep.equal([0, 'nothing']);
  });

  it('shows what a parameter causes and what the swap would do with the group', async () => {
    const { code, stdout, stderr } = await run('plan', 'web', ami(2), `DbPassword=${SECRET}2`, '--detailed-exitcode');
    expect(code, stderr).to.equal(10);
    expectGolden('plan-update.txt', steady(stdout));
    // Exit code 10 is an answer, not a failure.
    expect(stderr).not.to.include('ERROR');
    expect(stderr).to.match(/ Planned, with changes after .*; exit 10\.$/m);
    expect(stdout + stderr).not.to.include(SECRET);
    expect(changeSets()).to.equal(0);
  });

  it('lets only the approved parameters and what they cause through', async () => {
    const refused = await json('update-stack', 'web', ami(2), 'MaxSize=5', '--approve-only', 'ImageId');
    expect([refused.code, refused.document.failure?.code]).to.deep.equal([3, 'change.unapproved']);
    expect(refused.document.failure?.reasons.map(({ text }) => text).join('\n'))
      .to.match(/parameter MaxSize changes/)
      .and.to.match(/Group .*MaxSize by MaxSize/);
    expect(refused.document.failure?.reasons.map(({ text }) => text).join('\n')).not.to.match(/LaunchTemplateData/);
    expect(changeSets()).to.equal(0);
  });

  it('refuses another account than the one expected, and a wrong flag before anything', async () => {
    const other = await json('update-stack', 'web', ami(2), '--expect-account', '999999999999');
    expect([other.code, other.document.failure?.code]).to.deep.equal([3, 'run.account']);
    const wrong = await run(
      'update-stack',
      'web',
      '--expect-account',
      '12',
      '--tag',
      'x',
      '--skip',
      'A',
      '--stack-timeout',
      'long',
      '--monitoring-minutes',
      '5',
    );
    expect(wrong.code).to.equal(2);
    for (const flag of ['--expect-account', '--tag', '--skip', '--stack-timeout', '--monitoring-minutes'])
      expect(wrong.stderr).to.include(flag);
  });

  it('asks on a terminal only', async () => {
    const { code, stderr } = await run('update-stack', 'web', ami(2), '--confirm');
    expect(code).to.equal(2);
    expect(stderr).to.include('--confirm asks on a terminal');
  });

  it('keeps a change set for somebody else, who executes it by its name', async () => {
    const kept = await json('update-stack', 'web', ami(2), '--no-execute');
    expect([kept.code, kept.document.outcome], kept.stderr).to.deep.equal([0, 'planned']);
    const name = kept.document.changeSet ?? '';
    expect(name).to.match(/^ha-updater-kept-/);
    expect(kept.document.next?.[0]).to.include(`update-stack web --change-set ${name}`);
    expect(changeSets()).to.equal(1);
    const planned = (await json('plan', 'web', '--change-set', name)).document.plan;
    const approved = ['--approve-only', 'ImageId', '--expect-account', '123456789012'];
    const { code, document, stderr } = await json('update-stack', 'web', '--change-set', name, ...approved);
    expect(code, stderr).to.equal(0);
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    // What plan said is what happened: the same resources moved, the same group was swapped.
    expect(planned?.groups.map(({ group, action }) => [group, action])).to.deep.equal(
      document.groups?.map(({ group }) => [group, 'swap']),
    );
    const moved = [...stderr.matchAll(/UPDATE_COMPLETE AWS::\S+ (\w+) /g)]
      .map(([, id]) => id)
      .filter((id) => id !== 'web');
    expect(new Set(moved)).to.deep.equal(new Set(planned?.resources.map(({ logicalId }) => logicalId)));
  });

  it('refuses a change that would replace a group, unless it is allowed', async () => {
    const { TemplateBody: body } = world.ask('GetTemplate', { StackName: 'web' }) as { readonly TemplateBody: string };
    const template = await world.file(
      'renamed.yaml',
      body.replace('      MinSize: !Ref MinSize', '      AutoScalingGroupName: another\n      MinSize: !Ref MinSize'),
    );
    const { code, document, stderr } = await json('update-stack', 'web', '--template', template);
    expect([code, document.failure?.code], stderr).to.deep.equal([3, 'change.groupLost']);
    expect(document.failure?.reasons[0]?.text).to.include('Group in web would be replaced');
    const page = await run('plan', 'web', '--template', template);
    expect(page.stdout, page.stderr).to.include('AGAINST IT').and.to.include('-/+ Group');
    expect(changeSets()).to.equal(0);
    // Somebody who says so gets it: the old group goes with its instances, the new one is there.
    const allowed = await json('update-stack', 'web', '--template', template, '--allow-group-replacement');
    expect([allowed.code, allowed.document.outcome], allowed.stderr).to.deep.equal([0, 'updated']);
    expect(allowed.document.groups?.map(({ group }) => group)).to.deep.equal(['another']);
  });

  it('refuses before the stack is changed what the swap would refuse after it', async () => {
    const group = (await json('plan', 'web')).document.plan?.groups[0]?.group ?? '';
    const launching = { AutoScalingGroupName: group, ScalingProcesses: ['Launch'] };
    world.sandbox.invoke('autoscaling', 'SuspendProcesses', launching);
    const { code, document, stderr } = await json('update-stack', 'web', ami(3));
    expect([code, document.failure?.code], stderr).to.deep.equal([3, 'swap.refused']);
    expect(document.failure?.reasons[0]).to.include({ code: 'group.suspended', group });
    expect(document.failure?.serves).to.equal('Nothing was changed.');
    expect(changeSets()).to.equal(0);
    world.sandbox.invoke('autoscaling', 'ResumeProcesses', launching);
  });
});
