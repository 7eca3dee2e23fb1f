import { expect } from 'chai';
import { UpdaterError, type Look, type LookOptions, type RunMemory, type Stamped } from '../../src/library/index.js';
import { updaterOver } from '../../src/library/updater.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { functionArn, lambdaState } from '../../src/sandbox/world/lambda/state.js';
import { checkJournal } from '../../src/check/check-journal.js';
import { sleepBeside } from '../support/beside-clock.js';
import { standardGroup, type StandardGroup } from '../support/sandbox.js';

/** What a caller of looks has of a run. */
interface Told {
  readonly result: Extract<Look, { result: unknown }>['result'];
  readonly events: readonly Stamped[];
  readonly looks: number;
  readonly bytes: number;
}

/** One look by an updater that is made for it, and memory that was text in between. */
async function look(sandbox: Sandbox, asked: LookOptions): Promise<{ look: Look; events: readonly Stamped[] }> {
  const { clock, straight, clientConfig } = sandbox;
  const { credentials, requestHandler } = clientConfig();
  const updater = updaterOver(
    { region: 'eu-west-1' },
    {
      env: {},
      simulated: {
        clock,
        beside: { now: () => clock.now(), sleep: (ms, signal) => sleepBeside(clock, ms, signal) },
        client: { credentials: () => Promise.resolve(credentials), requestHandler, straight },
      },
    },
  );
  const events: Stamped[] = [];
  const run = updater.look(JSON.parse(JSON.stringify(asked)) as LookOptions);
  for await (const stamped of run) events.push(stamped);
  return { look: await run, events };
}

/** All looks of a command. @param again look by number: it is taken twice, and of the first time nobody hears */
async function follow(sandbox: Sandbox, asked: LookOptions, again: ReadonlySet<number> = new Set()): Promise<Told> {
  let memory: RunMemory | undefined;
  const events: Stamped[] = [];
  let bytes = 0;
  for (let looks = 1; ; looks++) {
    if (again.has(looks)) events.push(...(await look(sandbox, { ...asked, memory })).events);
    const one = await look(sandbox, { ...asked, memory, again: again.has(looks) });
    events.push(...one.events);
    if ('result' in one.look) return { result: one.look.result, events, looks, bytes };
    ({ memory } = one.look);
    bytes = Math.max(bytes, JSON.stringify(memory).length);
    await sandbox.clock.sleep(Math.ceil(one.look.forMs / 1000) * 1000);
  }
}

/** Lambda knows an execution of that name. */
function execute({ world, clock }: Sandbox, name: string, status: 'FAILED' | 'RUNNING'): void {
  const arn = functionArn(world, 'updater', '3');
  const execution = {
    ...{ arn: `${arn}/durable-execution/${name}/1`, name, functionArn: arn, version: '3', input: '{}' },
    ...{ startedAt: clock.now(), endsAt: clock.now() + 86_400_000, failedCalls: 0, operations: [], tokens: 0 },
    ...(status === 'FAILED' && { ended: { at: clock.now(), status } }),
  };
  const durable = { executionTimeout: 86_400, retentionDays: 14 };
  lambdaState(world).functions.set('updater', {
    ...{ name: 'updater', code: 'bundles/x', durable, versions: [], aliases: new Map(), executions: [execution] },
  });
}

const ASKED: LookOptions = { command: 'update-asgs', options: { groups: ['web'] }, run: 'web-1', by: 'lambda:updater' };

const brokenIn = (events: readonly Stamped[]): readonly unknown[] =>
  checkJournal(events.map((stamped, index) => ({ line: index + 1, stamped }))).flatMap(({ invariants }) =>
    invariants.filter(({ verdict }) => verdict === 'broken'),
  );

describe('the library, look by look', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let web: StandardGroup;

  beforeEach(() => {
    sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: { 'ami-bad': { behaviour: 'missing' } } });
    web = standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
  });

  it('promotes a good image, one run from its first event to its last', async () => {
    web.changeImage('ami-new');
    const { result, events, looks, bytes } = await follow(sandbox, ASKED);
    expect(result).to.include({ command: 'update-asgs', outcome: 'swapped', exitCode: 0, run: 'web-1' });
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1));
    expect(events[0]?.event).to.include({ type: 'run.started', byLooks: true, host: 'lambda:updater' });
    expect(events.filter(({ event }) => event.type === 'groups.found').length).to.equal(1);
    expect(events.at(-1)?.event).to.include({ type: 'run.finished', outcome: 'swapped' });
    expect(brokenIn(events)).to.deep.equal([]);
    expect(sandbox.monitor.violations).to.deep.equal([]);
    expect(looks).to.be.within(15, 80);
    expect(bytes).to.be.lessThan(10_000);
  });

  it('rolls a bad image back, and says in the end what a command says: why, and what serves', async () => {
    web.changeImage('ami-bad');
    const { result } = await follow(sandbox, { ...ASKED, options: { groups: ['web'], healthyTimeout: 120 } });
    expect(result).to.include({ outcome: 'swapRolledBack', exitCode: 4 });
    expect(result.failure?.serves).to.contain('2 of 2 serve');
    expect(result.failure?.next.join('\n')).to.contain('ha-updater unfreeze');
    expect(result.groups?.map(({ outcome }) => outcome)).to.deep.equal(['rolledBack']);
  });

  it('does nothing twice when every look is taken twice', async () => {
    web.changeImage('ami-new');
    const every = new Set(Array.from({ length: 200 }, (_, index) => index + 1));
    const { result, events } = await follow(sandbox, ASKED, every);
    expect(result).to.include({ outcome: 'swapped' });
    expect(
      events.filter(({ event }) => event.type === 'warning' && event.reason.code === 'group.resized'),
    ).to.deep.equal([]);
    expect(brokenIn(events)).to.deep.equal([]);
    expect(sandbox.monitor.violations).to.deep.equal([]);
  });

  it('is gone on with by resume, look by look, and taken back by rollback', async () => {
    for (const [command, outcome] of [
      ['resume', 'swapped'],
      ['rollback', 'undone'],
    ] as const) {
      web.changeImage(`ami-${command}`);
      let memory: RunMemory | undefined;
      for (let looks = 0; looks < 12; looks++) {
        const { look: after } = await look(sandbox, { ...ASKED, run: `dead-${command}`, memory });
        if ('result' in after) throw new Error('It ended too soon.');
        ({ memory } = after);
        await sandbox.clock.sleep(after.forMs);
      }
      const { result } = await follow(sandbox, {
        command,
        options: { groups: ['web'] },
        run: `after-${command}`,
        by: 'lambda:updater',
      });
      expect(result, command).to.include({ command, outcome });
      if (command === 'resume') continue;
      expect(sandbox.monitor.violations).to.deep.equal([]);
    }
  });

  for (const [status, least, most] of [
    ['FAILED', 0, 30_000],
    ['RUNNING', 240_000, 400_000],
  ] as const)
    it(`takes over from an execution that is ${status} after ${most / 1000} s at most`, async () => {
      web.changeImage('ami-new');
      let memory: RunMemory | undefined;
      for (let looks = 0; looks < 12; looks++) {
        const { look: after } = await look(sandbox, { ...ASKED, run: 'dead', by: 'lambda:updater:3', memory });
        if ('result' in after) throw new Error('It ended too soon.');
        ({ memory } = after);
      }
      execute(sandbox, 'dead', status);
      const from = sandbox.clock.now();
      const after = { command: 'resume', run: 'after', by: 'lambda:updater:4' } as const;
      const { result, events } = await follow(sandbox, { ...after, options: { groups: ['web'] } });
      expect(result).to.include({ outcome: 'swapped' });
      const adopted = events.find(({ event }) => event.type === 'group.adopted');
      expect((adopted?.at ?? 0) - from).to.be.within(least, most);
      expect(brokenIn(events)).to.deep.equal([]);
      expect(sandbox.monitor.violations).to.deep.equal([]);
    });

  it('refuses what needs a process before anything is sent, with the command that has one', async () => {
    const wrong = async (options: LookOptions['options'], more: object = {}): Promise<UpdaterError> => {
      try {
        await look(sandbox, { ...ASKED, options, ...more });
      } catch (error) {
        if (error instanceof UpdaterError) return error;
        throw error;
      }
      throw new Error('It was not refused.');
    };
    const before = sandbox.calls.size;
    const error = await wrong({
      groups: ['web'],
      checkCommand: 'curl it',
      report: 'x.html',
      lock: 'redis://u:secret@h/',
    });
    expect(error).to.include({ exitCode: 2, code: 'usage.byLooks' });
    expect(error.facts.what).to.contain('--check-command').and.contain('--report').and.contain('--lock');
    expect(error.facts.next[0]).to.match(
      /^ha-updater update-asgs --asg web .*--check-command 'curl it'.*--report x\.html/,
    );
    expect(JSON.stringify(error.facts)).to.not.contain('secret');
    const kept = await wrong({ groups: ['web'], finishKept: true, image: 'ami-00000000000000002' });
    expect(kept).to.include({ exitCode: 2, code: 'usage.byLooks' });
    const line = kept.facts.next[0] ?? '';
    for (const flag of ['--finish-kept', '--image ami-00000000000000002'])
      expect(line.split(flag), `${flag} in ${line}`).to.have.lengthOf(2);
    expect(line).not.to.contain('true');
    expect(await wrong({ groups: ['web'] }, { run: 'no spaces' })).to.include({ exitCode: 2 });
    expect(await wrong({ groups: ['web'] }, { command: 'restart' })).to.include({ exitCode: 2 });
    expect(sandbox.calls.size).to.equal(before);
  });
});
