import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { commandWorld, type CommandWorld } from './support/world.js';

/** A name that nobody but the proxy can resolve: whatever is answered went through it. */
const NAME = 'sandbox.test';
const PASSWORD = 'mark-of-the-proxy-51';

interface Proxy {
  readonly address: string;
  /** What was asked, as `METHOD host`. */
  readonly asked: string[];
  /** Credentials that came with it. */
  readonly credentials: Set<string>;
  readonly stop: () => Promise<void>;
}

/** A forward proxy that sends everything to one port of this machine, and answers tunnels with `tunnels`. */
async function proxy(port: number, tunnels = '502 Bad Gateway'): Promise<Proxy> {
  const asked: string[] = [];
  const credentials = new Set<string>();
  const note = ({ method = '', url = '', headers }: IncomingMessage): void => {
    asked.push(`${method} ${method === 'CONNECT' ? url : new URL(url, 'http://nowhere').host}`);
    credentials.add(Buffer.from((headers['proxy-authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString());
  };
  const server: Server = createServer((from: IncomingMessage, to: ServerResponse) => {
    note(from);
    const { pathname, search } = new URL(from.url ?? '', 'http://nowhere');
    const onward = request(
      { host: '127.0.0.1', port, method: from.method, path: `${pathname}${search}`, headers: from.headers },
      (answer) => {
        to.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(to);
      },
    );
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  });
  server.on('connect', (from: IncomingMessage, socket) => {
    note(from);
    socket.end(`HTTP/1.1 ${tunnels}\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('a proxy of the environment', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  let port: number;
  let way: Proxy;
  before(async () => {
    world = await commandWorld('', 200);
    port = Number(new URL(world.env['AWS_ENDPOINT_URL'] ?? '').port);
    way = await proxy(port);
  });
  after(async () => {
    await way.stop();
    await world.stop();
  });
  const through = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    HA_UPDATER_SPEED: '',
    AWS_ENDPOINT_URL: `http://${NAME}:${port}`,
    HTTP_PROXY: `http://me:${PASSWORD}@${way.address}`,
    ...more,
  });

  it('is gone through by every call of a whole run, with its credentials', async () => {
    const template = await world.file('web.yaml', 'Resources: {Topic: {Type: AWS::SNS::Topic}}\n');
    const { code, stderr } = await world.run(['update-stack', 'web', '--template', template], through());
    expect(code, stderr).to.equal(0);
    expect(way.asked.length).to.be.greaterThan(10);
    expect(new Set(way.asked)).to.deep.equal(new Set([`POST ${NAME}:${port}`]));
    expect([...way.credentials]).to.deep.equal([`me:${PASSWORD}`]);
  });

  it('is left alone by what NO_PROXY names, and by this machine', async () => {
    const before = way.asked.length;
    const own = { HTTP_PROXY: `http://${way.address}`, HTTPS_PROXY: 'http://127.0.0.1:1' };
    expect((await world.run(['status', 'web'], own)).code, 'loopback').to.equal(0);
    const none = await world.json(['status', 'web'], through({ NO_PROXY: '.test' }));
    expect([none.code, none.document.failure?.code], 'the name means nothing here').to.deep.equal([
      3,
      'aws.unreachable',
    ]);
    expect(way.asked.length).to.equal(before);
  });

  it('is asked for a tunnel to what speaks TLS, by a name without a scheme too', async () => {
    const closed = await proxy(port, '407 Proxy Authentication Required');
    try {
      const { code, document, stderr } = await world.json(['status', 'web', '--region', 'eu-west-1'], {
        AWS_ENDPOINT_URL: '',
        HA_UPDATER_SPEED: '',
        HTTPS_PROXY: closed.address,
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'y',
      });
      expect([code, document.failure?.code], stderr).to.deep.equal([3, 'aws.unreachable']);
      expect(document.failure?.what).to.include('Check the network, the proxy');
      expect(new Set(closed.asked)).to.deep.equal(new Set(['CONNECT cloudformation.eu-west-1.amazonaws.com:443']));
    } finally {
      await closed.stop();
    }
  });

  it('that is none is a mistake of the configuration, and is not repeated', async () => {
    const { code, document } = await world.json(['status', 'web'], {
      HTTPS_PROXY: `socks5://me:${PASSWORD}@proxy:1080`,
    });
    expect([code, document.failure?.code]).to.deep.equal([2, 'usage.proxy']);
    expect(world.said()).not.to.include(PASSWORD);
  });
});
