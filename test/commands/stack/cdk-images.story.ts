import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { CALM, commandWorld, type CommandWorld } from '../support/world.js';
import { ROOT } from '../../support/root.js';

const FIXTURE = join(ROOT, 'test', 'fixtures', 'cdk', 'cdk.out');
const BUCKET = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const REPOSITORY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/assets';
/** What a shell would do something with. */
const NASTY = '$(touch pwned); `touch pwned` "&& touch pwned';

/** Enough of the registry of images for whoever publishes one: nothing is there yet. */
function registry(): Server {
  return createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/.*\./, '');
    const answers: Readonly<Record<string, readonly [number, object]>> = {
      DescribeRepositories: [200, { repositories: [{ repositoryUri: REPOSITORY, repositoryName: 'assets' }] }],
      DescribeImages: [400, { __type: 'ImageNotFoundException', message: 'not there' }],
      GetAuthorizationToken: [
        200,
        {
          authorizationData: [
            {
              authorizationToken: Buffer.from('AWS:a-registry-password').toString('base64'),
              proxyEndpoint: `https://${REPOSITORY.split('/')[0] ?? ''}`,
            },
          ],
        },
      ],
    };
    const [status, body] = answers[operation] ?? [400, { __type: 'InvalidAction', message: operation }];
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
}

describe('image assets of a CDK app', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  let ecr: Server;
  let app: string;
  let bin: string;
  let env: Readonly<Record<string, string>>;
  before(async () => {
    world = await commandWorld(`parameters: {/cdk-bootstrap/hnb659fds/version: "21"}\nobjects: {${BUCKET}: ""}\n`, 400);
    ecr = registry();
    await new Promise<void>((resolve) => ecr.listen(0, '127.0.0.1', resolve));
    app = join(world.folder, 'cdk.out');
    await cp(FIXTURE, app, { recursive: true });
    await mkdir(join(app, 'image'));
    await writeFile(join(app, 'image', 'Dockerfile'), 'FROM scratch\n');
    const path = join(app, 'Web.assets.json');
    const assets = JSON.parse(await readFile(path, 'utf8')) as { dockerImages: object };
    assets.dockerImages = {
      abc: {
        displayName: 'Api',
        source: { directory: 'image', dockerBuildArgs: { NOTE: NASTY } },
        destinations: { here: { repositoryName: 'assets', imageTag: 'abc', region: 'eu-west-1' } },
      },
    };
    await writeFile(path, JSON.stringify(assets));
    bin = join(world.folder, 'bin');
    await mkdir(bin);
    // One line a call, its words parted by a character that no word holds.
    await writeFile(
      join(bin, 'docker'),
      `#!/bin/sh\nfor word in "$@"; do printf '%s\\037' "$word" >> '${join(world.folder, 'docker.log')}'; done\nprintf '\\n' >> '${join(world.folder, 'docker.log')}'\ncase "$1" in inspect) exit 1;; login) cat > /dev/null;; push) [ ! -e '${join(world.folder, 'refuse')}' ] || { echo 'denied: no room' >&2; exit 1; };; esac\nexit 0\n`,
    );
    await chmod(join(bin, 'docker'), 0o755);
    env = {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${(ecr.address() as AddressInfo).port}`,
    };
  });
  after(async () => {
    ecr.close();
    ecr.closeAllConnections();
    await world.stop();
  });

  const calls = async (): Promise<readonly (readonly string[])[]> =>
    (await readFile(join(world.folder, 'docker.log'), 'utf8').catch(() => ''))
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.split('\u001f').slice(0, -1)]));

  it('are not built for a plan', async () => {
    const { code, document, stderr } = await world.json(
      ['plan', 'Web', '--app', app, 'ImageId=ami-0123456789abcde01'],
      env,
    );
    expect([code, document.plan?.action], stderr).to.deep.equal([0, 'create']);
    expect(await calls()).to.deep.equal([]);
  });

  it('that cannot be pushed stop the run before the stack is touched, in words of docker’s', async () => {
    await writeFile(join(world.folder, 'refuse'), '');
    const { code, document, stderr } = await world.json(
      ['update-stack', 'Web', '--app', app, 'ImageId=ami-0123456789abcde01', ...CALM],
      env,
    );
    expect([code, document.failure?.code], stderr).to.deep.equal([3, 'cdk.asset']);
    expect(document.failure?.reasons[0]?.text).to.match(/Api.*denied: no room/s);
    expect(document.failure?.serves).to.equal('Nothing was changed.');
    expect((await world.run(['status', 'cdk-web'])).code).to.equal(3);
  });

  it('are built and pushed by docker, no word of them seen by a shell, and then the stack is created', async () => {
    await writeFile(join(world.folder, 'docker.log'), '');
    await rm(join(world.folder, 'refuse'), { force: true });
    const { code, document, stderr } = await world.json(
      ['update-stack', 'Web', '--app', app, 'ImageId=ami-0123456789abcde01', ...CALM],
      env,
    );
    expect([code, document.outcome], stderr).to.deep.equal([0, 'created']);
    expect(stderr).to.match(/Published .*Api/);
    const said = await calls();
    const build = said.find(([first]) => first === 'build');
    expect(build, 'one word, as it was written').to.include(`NOTE=${NASTY}`);
    expect(
      existsSync('pwned') || existsSync(join(app, 'image', 'pwned')) || existsSync(join(world.folder, 'pwned')),
    ).to.equal(false);
    expect(said.map(([first]) => first)).to.include.members(['login', 'build', 'tag', 'push']);
    expect(said.find(([first]) => first === 'push')).to.include(`${REPOSITORY}:abc`);
    expect(said.flat(), 'a password on a command line is seen by everybody').not.to.include('a-registry-password');
    expect(world.said()).not.to.include('a-registry-password');
  });
});
