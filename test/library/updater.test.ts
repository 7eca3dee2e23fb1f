import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';
import { createUpdater, UpdaterError, type RunEvent, type Updater } from '../../src/library/index.js';
import { updaterOver } from '../../src/library/updater.js';
import type { CommandResult } from '../../src/index.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { ROOT } from '../support/root.js';
import { standardGroup } from '../support/sandbox.js';
import { sleepBeside } from '../support/beside-clock.js';

interface Following {
  readonly follow: (
    updater: Updater,
    stack: string,
    say: (line: string) => void,
    signal?: AbortSignal,
  ) => Promise<number>;
}

interface Example {
  readonly release: (
    updater: Updater,
    what: { readonly stack: string; readonly image: string; readonly signal?: AbortSignal },
    say: (line: string) => void,
  ) => Promise<number>;
}

/** An updater whose AWS is this sandbox, and whose time is the sandbox's. */
function over(sandbox: Sandbox, options = {}): Updater {
  const { clock, straight, clientConfig } = sandbox;
  const { credentials, requestHandler } = clientConfig();
  return updaterOver(
    { region: 'eu-west-1', ...options },
    {
      env: {},
      simulated: {
        clock,
        beside: { now: () => clock.now(), sleep: (ms, signal) => sleepBeside(clock, ms, signal) },
        client: { credentials: () => Promise.resolve(credentials), requestHandler, straight },
      },
    },
  );
}

/** What a call threw. */
async function failureOf(call: PromiseLike<unknown>): Promise<UpdaterError> {
  try {
    await call;
  } catch (error) {
    expect(error).to.be.instanceOf(UpdaterError);
    return error as UpdaterError;
  }
  throw new Error('It did not fail.');
}

const GOOD = 'ami-0123456789abcdef1';
const BAD = 'ami-0bad0bad0bad0bad0';

describe('the library', () => {
  let sandbox: Sandbox;
  let updater: Updater;
  beforeEach(() => {
    sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: SAMPLE_IMAGES });
    updater = over(sandbox);
  });

  const create = (): PromiseLike<CommandResult> =>
    updater.updateStack({
      stack: 'web',
      template: join(ROOT, 'templates/web-stack.yaml'),
      parameters: {
        VpcId: DEFAULT_VPC,
        Subnets: DEFAULT_SUBNETS.slice(0, 2).join(','),
        ImageId: 'ami-0123456789abcdef0',
        DbPassword: '@not-a-real-one',
      },
    });

  it('creates a stack and rolls images out as its example says, and leaves the process alone', async () => {
    const listeners = (): number[] =>
      ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name));
    const before = [process.exitCode, ...listeners()];
    expect(await create()).to.include({ outcome: 'created', exitCode: 0, command: 'update-stack', stack: 'web' });
    const { release } = (await import(pathToFileURL(join(ROOT, 'examples/release.mjs')).href)) as Example;
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    expect(await release(updater, { stack: 'web', image: GOOD }, say)).to.equal(0);
    expect(said[0]).to.equal('The stack is UPDATE_COMPLETE.');
    expect(said[1]).to.match(/^web-Group-\w+: promoted$/);
    expect(said[2]).to.equal('Done: updated.');
    said.length = 0;
    expect(await release(updater, { stack: 'web', image: BAD }, say)).to.equal(4);
    const text = said.join('\n');
    expect(text).to.match(/\[swap\.rolledBack\]/);
    expect(text).to.match(/ {2}ha-updater /);
    expect([process.exitCode, ...listeners()]).to.deep.equal(before);
  });

  it('shows what would change, and what there is, and changes nothing by it', async () => {
    await create();
    const { plan } = await updater.plan({ stack: 'web', parameters: { ImageId: GOOD } });
    expect(plan?.groups[0]).to.include({ action: 'swap' });
    const shown = await updater.status({ stack: 'web', events: true });
    expect(shown.groups[0]).to.include({ state: 'atRest', inService: 2 });
    expect(shown).to.have.property('events').with.length.greaterThan(3);
    expect(await updater.plan({ groups: [shown.groups[0]?.name ?? ''] })).to.include({ outcome: 'nothing' });
  });

  it('throws one error with code and exit code, also for what no compiler has seen', async () => {
    const missing = await failureOf(updater.updateStack({ stack: 'nope', parameters: { A: '1' } }));
    expect([missing.code, missing.exitCode, missing.outcome]).to.deep.equal(['stack.missing', 3, 'refused']);
    expect(missing.result).to.include({ command: 'update-stack', exitCode: 3 });
    const odd = { stack: 'web', healtyTimeout: 3, together: 'no', parameters: { A: 1 } };
    const wrong = await failureOf(updater.updateStack(odd as never));
    expect([wrong.code, wrong.exitCode]).to.deep.equal(['usage.flags', 2]);
    expect(wrong.message).to.equal(
      'There is no option healtyTimeout. Did you mean healthyTimeout? The option together must be true or false.',
    );
    expect(await failureOf(updater.updateStack({ stack: 'web', parameters: { A: 1 } } as never))).to.include({
      exitCode: 2,
    });
    for (const call of [
      updater.updateStack({}),
      updater.updateGroups({}),
      updater.plan({}),
      updater.restart({}),
      updater.resume({}),
      updater.rollback({}),
      updater.unfreeze({}),
      updater.cancel({}),
      updater.watch({}),
      updater.status({}),
    ])
      expect(await failureOf(call)).to.include({ exitCode: 2 });
    expect(() => createUpdater({ regoin: 'eu-west-1' } as never)).to.throw(UpdaterError, 'Did you mean region?');
  });

  it('tells every event once, in order, and throws at the end of the loop what the call throws', async () => {
    standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
    const run = updater.updateGroups({ groups: ['web'], swap: 'always', warmup: 5 });
    const seen: number[] = [];
    for await (const { seq } of run) seen.push(seq);
    expect(seen).to.deep.equal(seen.map((_, index) => index + 1));
    expect(await run).to.include({ outcome: 'swapped' });
    const bad = updater.updateGroups({ groups: ['nope'] });
    const types: RunEvent['type'][] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { event } of bad) types.push(event.type);
      })(),
    );
    expect(failure.exitCode).to.equal(3);
    expect(types.at(-1)).to.equal('run.finished');
    expect(await failureOf(bad)).to.equal(failure);
  });

  it('rolls back when it is aborted, and goes on when nobody listens any more', async () => {
    standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
    const stop = new AbortController();
    const run = updater.updateGroups({ groups: ['web'], swap: 'always', signal: stop.signal });
    for await (const { event } of run) {
      if (event.type === 'group.progress' && event.progress.phase === 'prove') {
        stop.abort();
        break;
      }
    }
    const failure = await failureOf(run);
    expect([failure.exitCode, failure.result?.interrupted]).to.deep.equal([4, 'AbortSignal']);
    const early = await failureOf(
      updater.updateGroups({ groups: ['web'], swap: 'always', force: true, signal: AbortSignal.abort() }),
    );
    expect(early.facts.serves).to.equal('Nothing was changed.');
  });

  it('never takes over what another call of the same process works on', async () => {
    standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
    const first = updater.updateGroups({ groups: ['web'], swap: 'always' });
    let second: Promise<UpdaterError> | undefined;
    let shown: ReturnType<Updater['status']> | undefined;
    for await (const { event } of first) {
      if (second !== undefined || event.type !== 'group.progress' || event.progress.phase !== 'prove') continue;
      second = failureOf(over(sandbox).updateGroups({ groups: ['web'], swap: 'always' }));
      shown = updater.status({ groups: ['web'] });
    }
    expect((await shown)?.groups[0]).to.include({ state: 'underWay' });
    expect(await second).to.include({ exitCode: 6, outcome: 'held' });
    expect(await first).to.include({ outcome: 'swapped' });
  });

  it('follows what another run does, as its example says, to the end that it has', async () => {
    const { follow } = (await import(pathToFileURL(join(ROOT, 'examples/follow.mjs')).href)) as Following;
    await create();
    for (const [image, code, last] of [
      [GOOD, 0, /^Done: swapped\.$/],
      [BAD, 4, /\[watch\.rolledBack\]$/],
    ] as const) {
      const run = updater.updateStack({ stack: 'web', parameters: { ImageId: image }, healthyTimeout: 180 });
      let following: Promise<number> | undefined;
      const said: string[] = [];
      let calls: readonly string[] = [];
      try {
        for await (const { event } of run)
          if (event.type === 'stack.started') {
            calls = [...sandbox.calls.keys()];
            following = follow(over(sandbox), 'web', (line) => void said.push(line));
          }
      } catch (error) {
        expect(error).to.be.instanceOf(UpdaterError);
      }
      expect(await following, said.join('\n')).to.equal(code);
      expect(calls).to.not.deep.equal([]);
      expect(said.join('\n')).to.match(/^web-Group-\w+: \d of \d new instances are proven\.$/m);
      expect(said.at(-1)).to.match(last);
    }
  });

  it('watches by looking alone, and no longer than somebody wants to know', async () => {
    standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
    expect(await updater.watch({ groups: ['web'] })).to.include({ outcome: 'nothing', exitCode: 0 });
    const changes = (): readonly string[] =>
      [...sandbox.calls.keys()].filter((name) => !/:(Describe|Get|List)/.test(name));
    expect(changes()).to.deep.equal([]);
    const left = updater.watch({ groups: ['web'], wait: true });
    for await (const { event } of left) if (event.type === 'groups.found') break;
    expect(await failureOf(left)).to.include({ code: 'watch.underWay', exitCode: 6 });
    const stop = new AbortController();
    const aborted = updater.watch({ groups: ['web'], wait: true, signal: stop.signal });
    stop.abort();
    expect(await failureOf(aborted)).to.include({ code: 'watch.underWay', exitCode: 6 });
    expect(changes()).to.deep.equal([]);
  });

  it('takes over at once what a call of the same process has left', async () => {
    standardGroup(sandbox.world, { name: 'web', size: 4, max: 8 });
    expect(await updater.updateGroups({ groups: ['web'], swap: 'always', pauseAt: '50%' })).to.include({
      outcome: 'paused',
    });
    expect(await updater.resume({ groups: ['web'] })).to.include({ outcome: 'swapped' });
  });
});
