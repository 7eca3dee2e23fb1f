import { expect } from 'chai';
import { plan, restart, resume, updateGroups, updateStack, type CommandResult } from '../../../src/index.js';
import { inProcess, type InProcess } from '../../support/in-process.js';
import { IMAGES, namesOf, otherImage, threeGroups } from '../../support/three-groups.js';

/** No limit may judge by a pause of the machine. */
const CALM = { 'healthy-timeout': '7200', deadline: '14400', 'warmup-seconds': '3600', 'action-timeout': '7200' };
const ORDER = { parameters: [], capabilities: [], 'on-interrupt': 'cancel', ...CALM };

const outcomes = ({ groups = [] }: CommandResult): readonly string[] =>
  groups.map(({ group, outcome }) => `${group.replace(/^shop-|-\w+$/g, '')} ${outcome}`);

/** A run that takes only some groups of a stack, and what its last words name. */
describe('--only and --except within a stack', function () {
  this.timeout(60_000);
  let world: InProcess;
  let names: Readonly<Record<string, string>>;
  beforeEach(async () => {
    world = await inProcess(
      (sandbox) => {
        threeGroups(sandbox);
        otherImage(sandbox, IMAGES.good);
      },
      { images: { [IMAGES.bad]: { behaviour: 'missing' } } },
    );
    names = namesOf(world.sandbox);
  });
  afterEach(() => world.stop());
  const update = (asked: Partial<Parameters<typeof updateGroups>[0]>) =>
    world.run('update-asgs', updateGroups, { stack: 'shop', asgs: [], ...CALM, ...asked });

  it('replace the groups that are meant, and say which are left out', async () => {
    const { document, stdout } = await update({ except: ['Workers'] });
    expect([document.exitCode, outcomes(document)]).to.deep.equal([0, ['Web promoted', 'WebAdmin promoted']]);
    expect(stdout).to.include(
      `2 of 3 Auto Scaling groups: ${names.Web}, ${names.WebAdmin}; left out: ${names.Workers}.`,
    );
    expect(outcomes((await update({ only: ['Web*'] })).document)).to.deep.equal(['Web skipped', 'WebAdmin skipped']);
    expect(outcomes((await update({})).document)).to.deep.equal([
      'Web skipped',
      'WebAdmin skipped',
      'Workers promoted',
    ]);
    expect(world.sandbox.monitor.violations).to.deep.equal([]);
  });

  it('name the groups in every command that goes on, never the stack with all of its groups', async () => {
    const { document } = await update({ only: ['Web'], 'pause-at': '50%', strategy: 'rolling' });
    expect([document.exitCode, document.outcome]).to.deep.equal([0, 'paused']);
    expect(document.next).to.deep.equal([
      `ha-updater resume --asg ${names.Web} --region eu-west-1`,
      `ha-updater rollback --asg ${names.Web} --region eu-west-1`,
    ]);
    // Whoever knows only the stack goes on with what is there, and begins nothing on the others.
    const resumed = await world.run('resume', resume, { stack: 'shop', asgs: [], ...CALM });
    expect([resumed.document.exitCode, outcomes(resumed.document)]).to.deep.equal([
      0,
      ['Web promoted', 'WebAdmin skipped', 'Workers skipped'],
    ]);
  });

  it('so does a stack that is updated: it is checked before the change, and the swap takes only what is meant', async () => {
    const run = (asked: Partial<Parameters<typeof updateStack>[0]>) =>
      world.run('update-stack', updateStack, { stack: 'shop', ...ORDER, ...asked });
    const mistyped = await run({ parameters: [`Image=${IMAGES.bad}`], only: ['Wbe'] });
    expect([mistyped.document.exitCode, mistyped.document.failure?.code]).to.deep.equal([3, 'target.unknown']);
    expect(world.sandbox.calls.get('cloudformation:ExecuteChangeSet')).to.equal(undefined);

    const planned = await world.run('plan', plan, {
      stack: 'shop',
      ...ORDER,
      parameters: [`Image=${IMAGES.bad}`],
      only: ['Web'],
    });
    expect(planned.document.plan?.groups.map(({ group }) => group)).to.deep.equal([names.Web]);
    expect(planned.document.plan?.leftOut).to.deep.equal([names.WebAdmin, names.Workers]);
    expect(planned.stdout).to.include(
      `Left out (--only, --except): ${names.WebAdmin}, ${names.Workers}. Nothing is replaced there; what launches ` +
        'there later launches as the change says.',
    );

    const { document } = await run({ parameters: [`Image=${IMAGES.bad}`], only: ['Web'], 'healthy-timeout': '300' });
    expect([document.exitCode, outcomes(document)]).to.deep.equal([4, ['Web rolledBack']]);
    const next = document.failure?.next ?? [];
    expect(
      next.filter((line) => /unfreeze|update-asgs/.test(line)).map((line) => line.replace(/ +#.*/, '')),
    ).to.deep.equal([
      `ha-updater update-asgs --asg ${names.Web} --healthy-timeout 300 --deadline 14400 --region eu-west-1`,
      `ha-updater unfreeze --asg ${names.Web} --region eu-west-1`,
    ]);
    const nothing = await run({ only: ['Web', 'Nope'] });
    expect([nothing.document.exitCode, nothing.document.failure?.code]).to.deep.equal([3, 'target.unknown']);
  });

  it('so does a restart', async () => {
    const { document, stdout } = await world.run('restart', restart, {
      stack: 'shop',
      asgs: [],
      exec: 'true',
      except: ['Web*'],
      'healthy-timeout': '7200',
    });
    expect(stdout).to.include(
      `1 of 3 Auto Scaling groups: ${names.Workers}; left out: ${names.Web}, ${names.WebAdmin}.`,
    );
    expect(document.failure?.next.at(-1)).to.match(
      new RegExp(`^ha-updater restart --asg ${names.Workers} --exec true `),
    );
  });

  it('make no sense where nothing is replaced', async () => {
    const error = await update({ only: ['Web'], swap: 'never' }).catch((thrown: unknown) => String(thrown));
    expect(error).to.include('--only and --except choose which groups are replaced; with --swap never none is.');
  });
});
