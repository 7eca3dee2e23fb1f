import { expect } from 'chai';
import { planGroups } from '../../../src/index.js';
import { inProcess, type InProcess } from '../../support/in-process.js';
import { standardGroup, type StandardGroup } from '../../support/sandbox.js';

const WORLD = { metrics: { 'App/Errors': { value: 0 } }, calendars: { freeze: 'CLOSED' } } as const;

/** What people without a stack look at before they say yes, and a pipeline asks every night. */
describe('plan --asg', () => {
  let world: InProcess;
  let web: StandardGroup;
  const plan = (...[asked]: readonly [Partial<Parameters<typeof planGroups>[0]>]) =>
    world.run('plan', planGroups, { asgs: [], parameters: [], ...asked });

  before(async () => {
    const tagged = (app: string) => ({ settings: { Tags: [{ Key: 'app', Value: app, PropagateAtLaunch: false }] } });
    world = await inProcess(({ world: made }) => {
      web = standardGroup(made, { name: 'web-blue', size: 2, balancers: ['classic'], ...tagged('web') });
      standardGroup(made, { name: 'web-green', size: 1, balancers: [], ...tagged('web') });
    }, WORLD);
  });
  after(() => world.stop());

  it('shows what would happen to each group as it does for those of a stack, and changes nothing', async () => {
    web.changeImage('ami-new');
    const { document, stdout } = await plan({ asgs: ['web-blue', 'web-green'], 'detailed-exitcode': true });
    expect([document.exitCode, document.outcome]).to.deep.equal([10, 'changes']);
    expect(document.plan?.groups.map(({ group, action, outdated }) => [group, action, outdated.length])).to.deep.equal([
      ['web-blue', 'swap', 2],
      ['web-green', 'skip', 0],
    ]);
    expect(document.plan).to.include({ stack: '', action: 'none' });
    const [first, ...rest] = stdout.split('\n');
    expect(first).to.equal('2 groups: 1 would be replaced, 1 unchanged.');
    expect(rest.join('\n')).to.match(/^Group web-blue: would be swapped: 2 of 2 instances are outdated/m);
    expect(rest.join('\n')).to.match(/proven behind: web-blue-classic \(classic load balancer\)/);
    expect([...world.sandbox.calls.keys()].filter((call) => !/:(Describe|Get|List)/.test(call))).to.deep.equal([]);
  });

  it('ends with 0 where nothing has drifted, with or without --detailed-exitcode', async () => {
    for (const asked of [{ 'detailed-exitcode': true }, {}]) {
      const { document, stdout } = await plan({ asgs: ['web-green'], ...asked });
      expect([document.exitCode, document.outcome]).to.deep.equal([0, 'nothing']);
      expect(stdout).to.match(/^1 group: 1 unchanged\.\nGroup web-green: nothing to swap: its one instance runs lt\//);
    }
  });

  it('shows what is asked at which stage, and what a change calendar says now', async () => {
    const asked = { metric: ['m:App/Errors{stat=Sum} < 1'], 'change-calendar': ['freeze'] };
    const { document, stdout } = await plan({ asgs: ['web-green'], ...asked });
    expect(document.exitCode).to.equal(0);
    expect(stdout).to.include('metric asked at: verdict: m:App/Errors{stat=Sum} < 1\n');
    expect(stdout).to.include('the change calendar freeze is closed: a run would be refused now.\n');
    const wrong = await plan({ asgs: ['web-green'], metric: ['NOT(m:App/Errors{stat=Sum}) < 1'] });
    expect([wrong.document.exitCode, wrong.document.failure?.code]).to.deep.equal([3, 'metric.invalid']);
  });

  it('chooses by tag as update-asgs does, and refuses what means several or none', async () => {
    const both = await plan({ 'asg-tag': ['app=web'], 'all-matching': true });
    expect(both.document.plan?.groups.map(({ group }) => group)).to.deep.equal(['web-blue', 'web-green']);
    const { document } = await plan({ 'asg-tag': ['app=web'] });
    expect([document.exitCode, document.failure?.code]).to.deep.equal([3, 'target.several']);
    expect((await plan({ 'asg-tag': ['app=api'] })).document.failure?.code).to.equal('target.none');
  });

  it('refuses a name that is no group, with the nearest that is one', async () => {
    const { document } = await plan({ asgs: ['web-bleu', 'web-green'] });
    expect([document.exitCode, document.failure?.code]).to.deep.equal([3, 'group.missing']);
    expect(document.failure?.what).to.equal(
      'There is no group web-bleu. Did you mean web-blue? This command looked in region eu-west-1 of account 123456789012.',
    );
    expect(document.failure?.next[0]).to.match(
      /^ha-updater status --asg web-blue --region eu-west-1 +# shows web-blue$/,
    );
  });

  it('is a gate for pipelines that expect no changes, or one account', async () => {
    const changed = await plan({ asgs: ['web-blue'], 'expect-no-changes': true });
    expect([changed.document.exitCode, changed.document.failure?.code]).to.deep.equal([3, 'change.unexpected']);
    expect((await plan({ asgs: ['web-green'], 'expect-no-changes': true })).document.exitCode).to.equal(0);
    const elsewhere = await plan({ asgs: ['web-green'], 'expect-account': ['999999999999'] });
    expect([elsewhere.document.exitCode, elsewhere.document.failure?.code]).to.deep.equal([3, 'run.account']);
  });

  it('takes nothing that only a stack has, unless a settings file says it for all commands', async () => {
    const template = { asgs: ['web-green'], template: 'web.yaml', parameters: ['ImageId=ami-1'] };
    const refused = await plan(template).catch((error: unknown) => String(error));
    expect(refused).to.match(/KEY=VALUE, --template are for a stack; --asg and --asg-tag name groups alone/);
    const said = [{ name: 'template', value: 'web.yaml', at: 'ha-updater.yml:2' }];
    const { document } = await world.run(
      'plan',
      planGroups,
      { asgs: ['web-green'], template: 'web.yaml', parameters: [] },
      { settings: { said, overridden: [], remarks: [] } },
    );
    expect(document.exitCode).to.equal(0);
  });
});
