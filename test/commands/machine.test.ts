import { join } from 'node:path';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { ROOT } from '../support/root.js';
import { start } from './support/cli.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';

const TEMPLATE = join(ROOT, 'templates', 'web-stack.yaml');
const VALUES = [
  `VpcId=${DEFAULT_VPC}`,
  `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
  'Ami=ami-0123456789abcdef0',
  'DbPassword=never-to-be-seen',
];

/** At this speed a call to a store may take one second. */
const SPEED = 40;

describe('a machine that is not as it should be', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('', SPEED);
    const made = await world.run(['update-stack', 'web', '--template', TEMPLATE, ...VALUES, ...CALM]);
    expect(made.code, made.stdout + made.stderr).to.equal(0);
  });
  after(() => world.stop());

  it('leaves a group at once to a run that lives on this machine, and waits for it when told', async () => {
    const swap = ['update-asgs', 'web', '--swap', 'always', ...CALM_GROUPS];
    const first = start(swap, { env: world.env });
    await first.sees(/[Dd]oubl|prove/);
    const second = await world.run(swap);
    expect(second.code, second.stdout + second.stderr).to.equal(6);
    expect(second.stdout + second.stderr)
      .to.include(`pid ${first.child.pid})`)
      .and.not.include('may be dead');
    const patient = start([...swap, '--wait-for-lock', '7200'], { env: world.env });
    await patient.sees(/works on it; waiting for it to end/);
    patient.child.kill('SIGTERM');
    await patient.finished;
    expect((await first.finished).code).to.equal(0);
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
