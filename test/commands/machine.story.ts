import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { ROOT } from '../support/root.js';
import { BIN, CLEAN_ENV, start } from './support/cli.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const VALUES = [
  `VpcId=${DEFAULT_VPC}`,
  `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
  'ImageId=ami-0123456789abcdef0',
  'DbPassword=never-to-be-seen',
];

/** At this speed a call to a store may take one second. */
const SPEED = 40;

describe('a machine that is not as it should be', function () {
  this.timeout(120_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('', SPEED);
    const made = await world.run(['update-stack', 'web', '--template', TEMPLATE, ...VALUES, ...CALM]);
    expect(made.code, made.stdout + made.stderr).to.equal(0);
  });
  after(() => world.stop());

  it('leaves a group at once to a run that lives on this machine, and waits for it when told', async () => {
    const swap = ['update-asgs', 'web', '--swap', 'always', ...CALM_GROUPS];
    const first = start([...swap, '--warmup', '800'], { env: world.env });
    await first.sees(/[Dd]oubl|prove/);
    const patient = start([...swap, '--wait-for-lock', '7200'], { env: world.env });
    const [second] = await Promise.all([world.run(swap), patient.sees(/works on it; waiting for it to end/)]);
    expect(second.code, second.stdout + second.stderr).to.equal(6);
    expect(second.stdout + second.stderr)
      .to.include(`pid ${first.child.pid})`)
      .and.not.include('may be dead');
    patient.child.kill('SIGTERM');
    await patient.finished;
    expect((await first.finished).code).to.equal(0);
  });

  /** The program as a shell starts it, with what the shell does to it. */
  const shell = (line: string): { readonly code: number | null; readonly stdout: string; readonly stderr: string } => {
    const env = { ...CLEAN_ENV, ...world.env, BIN, NODE: process.execPath, TEMPLATE };
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { env, encoding: 'utf8', timeout: 30_000 });
    return { code: status, stdout, stderr };
  };

  for (const closed of ['<&-', '>&-', '2>&-', '<&- >&- 2>&-', '| true'])
    it(`works with ${closed}`, () => {
      const { code } = shell(`set -o pipefail; "$NODE" "$BIN" status web ${closed}`);
      expect(code).to.equal(0);
    });

  for (const [args, exit] of [
    ['status web', 2],
    ['status web --json', 2],
    ['plan web --detailed-exitcode', 2],
    ['update-asgs web --json', 5],
    ['update-stack web --outputs -', 5],
    // The log alone is lost; the groups are as they were asked to be.
    ['update-asgs web', 0],
  ] as const)
    it(`says that a full disk did not take what ${args} prints, and ends with ${exit}`, () => {
      const { code, stderr } = shell(`"$NODE" "$BIN" ${args} > /dev/full`);
      expect(stderr).to.match(/stdout did not take all that was to stand there: ENOSPC/);
      expect(code, stderr).to.equal(exit);
    });

  for (const odd of [
    'env -u HOME',
    'HOME= ',
    'HOME=/dev/null',
    'TMPDIR=/nonexistent',
    'TMPDIR=/proc',
    'LANG=C COLUMNS=10',
  ])
    it(`works with ${odd}, and says no more than ever`, () => {
      const { code, stderr } = shell(`${odd} "$NODE" "$BIN" validate "$TEMPLATE" --offline`);
      expect([code, stderr]).to.deep.equal([0, '']);
    });

  it('says in one sentence that the folder it was started in is gone', () => {
    const { code, stderr } = shell(
      `folder=$(mktemp -d) && cd "$folder" && rmdir "$folder" && "$NODE" "$BIN" validate "$TEMPLATE"`,
    );
    expect(stderr).to.include('the folder that it was started in is gone (ENOENT)');
    expect(code).to.equal(2);
  });

  describe('a lock in a server that accepts and never answers', () => {
    const sockets = new Set<Socket>();
    let server: Server;
    before((done) => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.resume();
      }).listen(0, '127.0.0.1', done);
    });
    after((done) => {
      sockets.forEach((socket) => socket.destroy());
      server.close(done);
    });
    const lock = (): string => `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;

    for (const args of [
      ['lock', 'show', '--asg', 'web'],
      ['update-asgs', '--asg', 'web'],
    ])
      it(`${args.join(' ')} says so, and ends`, async () => {
        const { code, stderr, stdout } = await world.run([...args, '--lock', lock()]);
        expect(stdout + stderr).to.match(/The lock's store redis:\/\/\S+ does not answer/);
        expect(code).to.equal(3);
      });
  });
});
