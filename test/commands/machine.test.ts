import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { commandWorld, type CommandWorld } from './support/world.js';

/** At this speed a call to a store may take one second. */
const SPEED = 40;

describe('a machine that is not as it should be', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('', SPEED);
  });
  after(() => world.stop());

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
