import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { performance } from 'node:perf_hooks';
import { commandWorld, type CommandWorld } from '../support/world.js';
import { GOOD } from '../support/kept-world.js';

/** How a store that does not work looks from here: it never answers, or begins to and never ends,
 * as S3 or as somebody else. */
type Hang = 'silent' | 'dripping' | 'not S3';

/** A way to the sandbox on which objects that are put into S3 hang. */
async function hangingWay(to: string, hang: Hang): Promise<{ readonly url: string; readonly stop: () => void }> {
  const pass = (asked: IncomingMessage, answer: ServerResponse): void => {
    const { method, url: path, headers } = asked;
    if (method === 'PUT') {
      asked.resume();
      const more = hang === 'dripping' ? { 'x-amz-request-id': 'A1' } : {};
      if (hang !== 'silent') answer.writeHead(200, { 'content-length': '100', ...more }).write('x');
      return;
    }
    const passed = request(new URL(path ?? '/', to), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  };
  const server = createServer(pass);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('a history whose store hangs', function () {
  this.timeout(40_000);
  let world: CommandWorld;
  before(async () => {
    world = await commandWorld('objects: {runs: ""}\n', 400);
    const { code, stderr } = await world.run([
      ...['update-stack', 'web', '--template', 'templates/web-stack.yaml', 'VpcId=vpc-0a0a0a0a0a0a0a0a0'],
      ...[
        'Subnets=subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb',
        `ImageId=${GOOD[0]}`,
        'DbPassword=not-a-real-one',
      ],
    ]);
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  for (const hang of ['silent', 'dripping', 'not S3'] as const)
    it(`costs a process its seconds and one warning: ${hang}`, async () => {
      const way = await hangingWay(world.env['AWS_ENDPOINT_URL'] ?? '', hang);
      const env = { AWS_ENDPOINT_URL: way.url };
      const update = (more: readonly string[]) => world.run(['update-asgs', 'web', '--swap', 'always', ...more], env);
      const began = performance.now();
      const plain = await update([]);
      const between = performance.now();
      const kept = await update(['--history', 's3://runs/kept']);
      const longer = performance.now() - between - (between - began);
      way.stop();
      expect([plain.code, kept.code], kept.stderr).to.deep.equal([0, 0]);
      const said = kept.stdout + kept.stderr;
      expect(said.match(/does not hold this run/g)?.length, said).to.equal(1);
      expect(said).to.match(
        /does not hold this run: .*(no answer within 5 s|no connection|TimeoutError|UnreadableAnswer)/,
        said,
      );
      // Five seconds, and what a busy machine adds; a socket that is left open would keep it for a minute.
      expect(longer).to.be.lessThan(15_000);
    });
});
