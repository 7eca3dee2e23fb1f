import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from '../support/world.js';
import { ROOT } from '../../support/root.js';

const FIXTURE = join(ROOT, 'test', 'fixtures', 'cdk', 'cdk.out');
const BUCKET = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const SCENARIO = `parameters: {/cdk-bootstrap/hnb659fds/version: "21", /old/version: "3"}\nobjects: {${BUCKET}: "", assets-elsewhere: ""}\nimages: {ami-0bad0bad0bad0bad0: {behaviour: unhealthy}}\n`;
const good = (n: number): string => `ImageId=ami-0123456789abcde0${n}`;

interface Change {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An app that aws-cdk-lib really synthesized; its source is beside it. */
describe('update-stack --app', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  let app: string;
  before(async () => {
    world = await commandWorld(SCENARIO, 400);
    app = await copy('cdk.out');
  });
  after(() => world.stop());

  const copy = async (name: string, change?: (manifest: Manifest) => void): Promise<string> => {
    const folder = join(world.folder, name);
    await cp(FIXTURE, folder, { recursive: true });
    const path = join(folder, 'manifest.json');
    if (change !== undefined) {
      const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
      change(manifest);
      await writeFile(path, JSON.stringify(manifest));
    }
    return folder;
  };
  interface Manifest {
    version: string;
    missing?: object[];
    artifacts: {
      Web: {
        environment: string;
        properties: {
          parameters?: object;
          bootstrapStackVersionSsmParameter: string;
          requiresBootstrapStackVersion: number;
        };
      };
    };
  }
  const update = (...args: readonly string[]) => world.json(['update-stack', ...args, ...CALM]);
  const changes = async (operation: string): Promise<readonly Change[]> =>
    (await world.ask<readonly Change[]>('changes')).filter((change) => change.operation === operation);

  it('picks the stack by name, id or path, and says what there is', async () => {
    const several = await update('--app', app, good(1));
    expect(several.code).to.equal(2);
    expect(several.document.failure?.what).to.include(
      'has several stacks, so say which: Web (cdk-web), Prod/Data (Prod-Data).',
    );
    expect((await update('cdk-wep', '--app', app)).document.failure?.what).to.include('Did you mean cdk-web?');
    expect((await update('x', '--app', join(world.folder, 'none/'))).document.failure?.code).to.equal('cdk.app');
    expect((await update('x', '--app', world.folder)).document.failure?.code).to.equal('cdk.assembly');
    expect((await update('Web', '--app', app, '--template', 'x.yaml')).code).to.equal(2);
  });

  it('creates it: assets published, placeholders replaced, settings of the manifest on the wire', async () => {
    const { code, document, stderr } = await update('Web', '--app', app, good(1));
    expect(code, stderr).to.equal(0);
    expect(document).to.include({ outcome: 'created', stack: 'cdk-web' });
    expect(stderr).to.include('Published Site, cdk-web Template.');
    expect((await changes('PutObject')).map(({ input }) => [input['Bucket'], input['ContentType']])).to.deep.equal([
      [BUCKET, 'application/zip'],
      [BUCKET, 'application/json'],
    ]);
    const [asked] = await changes('CreateChangeSet');
    expect(asked?.input['TemplateURL']).to.match(
      new RegExp(`^https://${BUCKET}\\.s3\\.eu-west-1\\.amazonaws\\.com/[0-9a-f]{64}\\.json$`),
    );
    expect(asked?.input).to.deep.include({
      RoleARN: 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-eu-west-1',
      Tags: [
        { Key: 'stage', Value: 'test' },
        { Key: 'team', Value: 'web' },
      ],
    });
    const roles = (await changes('AssumeRole')).map(({ input }) =>
      String(input['RoleArn']).replace(/.*hnb659fds-(.*)-role.*/, '$1'),
    );
    expect(new Set(roles)).to.deep.equal(new Set(['deploy', 'file-publishing']));
    expect((await changes('UpdateTerminationProtection')).length).to.equal(1);
  });

  it('has nothing to do when nothing changed', async () => {
    const { code, document, stderr } = await update('cdk-web', '--app', app);
    expect(code, stderr).to.equal(0);
    expect(document.outcome).to.equal('nothing');
    expect(stderr).to.include('No asset to publish. 2 assets there already.');
  });

  it('swaps the group, whose default UpdatePolicy is no obstacle', async () => {
    const { code, document, stderr } = await update('Web', '--app', app, good(2));
    expect(code, stderr).to.equal(0);
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect(await world.ask('violations')).to.deep.equal([]);
  });

  it('leaves the swap to update-asgs after somebody’s own cdk deploy', async () => {
    // What cdk deploy does: a change set of its own name, executed; the groups keep their instances.
    const { code: deployed, stderr: how } = await update('Web', '--app', app, good(3), '--swap', 'never');
    expect(deployed, how).to.equal(0);
    expect(
      (await world.json<StatusDocument>(['status', 'cdk-web'])).document.groups[0]?.instances.map(({ side }) => side),
    ).to.deep.equal(['outdated', 'outdated']);
    const { code, document, stderr } = await world.json(['update-asgs', 'cdk-web', ...CALM_GROUPS]);
    expect(code, stderr).to.equal(0);
    expect(document.groups?.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
  });

  it('finds stacks of nested assemblies', async () => {
    const { code, document, stderr } = await update('Prod/Data', '--app', app);
    expect(code, stderr).to.equal(0);
    expect(document).to.include({ outcome: 'created', stack: 'Prod-Data' });
  });

  it('takes parameters of the app unless the command line gives others', async () => {
    const own = await copy(
      'own',
      ({ artifacts }) => (artifacts.Web.properties.parameters = { ImageId: 'ami-0123456789abcde03', Nope: '1' }),
    );
    const { code, document } = await update('Web', '--app', own);
    expect(code).to.equal(2);
    expect(document.failure?.code).to.equal('parameters.unknown');
  });

  it('refuses what does not belong here', async () => {
    const missing = await update(
      'Web',
      '--app',
      await copy(
        'missing',
        (manifest) =>
          (manifest.missing = [
            { key: 'vpc-provider:x', provider: 'vpc-provider', props: { account: '1', region: 'x', filter: {} } },
          ]),
      ),
    );
    expect([missing.code, missing.document.failure?.code]).to.deep.equal([3, 'cdk.missingContext']);
    expect(missing.stderr).to.include('vpc-provider: vpc-provider:x');
    const account = await update(
      'Web',
      '--app',
      await copy('account', ({ artifacts }) => (artifacts.Web.environment = 'aws://999999999999/eu-west-1')),
    );
    expect([account.code, account.document.failure?.code]).to.deep.equal([3, 'cdk.account']);
    const region = await update(
      'Web',
      '--app',
      await copy('region', ({ artifacts }) => (artifacts.Web.environment = 'aws://123456789012/us-east-1')),
      '--region',
      'eu-west-1',
    );
    expect([region.code, region.document.failure?.code]).to.deep.equal([2, 'cdk.region']);
    const old = await update(
      'Web',
      '--app',
      await copy(
        'old',
        ({ artifacts }) => (artifacts.Web.properties.bootstrapStackVersionSsmParameter = '/old/version'),
      ),
    );
    expect([old.code, old.document.failure?.code]).to.deep.equal([3, 'cdk.bootstrap']);
    expect(old.stderr)
      .to.include('needs version 6')
      .and.include('has version 3')
      .and.include('npx cdk bootstrap aws://123456789012/eu-west-1');
    const none = await update(
      'Web',
      '--app',
      await copy('none', ({ artifacts }) => (artifacts.Web.properties.bootstrapStackVersionSsmParameter = '/none')),
    );
    expect([none.code, none.document.failure?.code]).to.deep.equal([3, 'cdk.bootstrap']);
    const newer = await update('Web', '--app', await copy('newer', (manifest) => (manifest.version = '999.0.0')));
    expect([newer.code, newer.document.failure?.code]).to.deep.equal([2, 'cdk.assembly']);
  });

  it('knows a staging bucket of another region by that region', async () => {
    const folder = await copy('elsewhere');
    for (const name of ['Web.assets.json', 'manifest.json']) {
      const path = join(folder, name);
      const text = await readFile(path, 'utf8');
      await writeFile(
        path,
        text
          .replaceAll('cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}', 'assets-elsewhere')
          .replaceAll('"bucketName"', '"region": "us-east-1", "bucketName"'),
      );
    }
    const { code, stderr } = await update('Web', '--app', folder, good(4), '--swap', 'never');
    expect(code, stderr).to.equal(0);
    expect((await changes('CreateChangeSet')).at(-1)?.input['TemplateURL']).to.match(
      /^https:\/\/assets-elsewhere\.s3\.us-east-1\.amazonaws\.com\//,
    );
    expect((await changes('PutObject')).slice(-2).map(({ input }) => input['Bucket'])).to.deep.equal([
      'assets-elsewhere',
      'assets-elsewhere',
    ]);
  });

  it('says that images have to be published first where there is no docker', async () => {
    const folder = await copy('images');
    const path = join(folder, 'Web.assets.json');
    const assets = JSON.parse(await readFile(path, 'utf8')) as { dockerImages: object };
    assets.dockerImages = {
      abc: {
        displayName: 'Api',
        source: { directory: 'x' },
        destinations: { here: { repositoryName: 'r', imageTag: 'abc' } },
      },
    };
    await writeFile(path, JSON.stringify(assets));
    const { code, document } = await world.json(['update-stack', 'Web', '--app', folder], { PATH: world.folder });
    expect([code, document.failure?.code]).to.deep.equal([3, 'cdk.noDocker']);
    expect(document.failure?.next.join()).to.match(/npx cdk-assets -p .*Web\.assets\.json publish/);
  });

  it('runs the synthesis that the user wrote', async () => {
    const bin = join(world.folder, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'synth'),
      `#!/bin/sh\necho synthesizing "$1" >&2\n[ "$1" = "two words" ] || exit 7\ncp -r ${app} "$CDK_OUTDIR.new" && rm -rf "$CDK_OUTDIR" && mv "$CDK_OUTDIR.new" "$CDK_OUTDIR"\n`,
    );
    await chmod(join(bin, 'synth'), 0o755);
    const here = process.cwd();
    const cwd = join(world.folder, 'project');
    await mkdir(cwd);
    process.chdir(cwd);
    try {
      const { code, stderr } = await update('Web', '--app', `${join(bin, 'synth')} "two words"`);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include('synthesizing two words');
      // Where the project, or the command, has it written elsewhere.
      await writeFile('cdk.json', '{"output": "build/of app"}');
      await mkdir('build');
      await writeFile(
        join(bin, 'cdk'),
        `#!/bin/sh\nout="build/of app"; [ "$1" = -o ] && out=$2\nrm -rf "$out"; cp -r ${app} "$out"\n`,
      );
      await chmod(join(bin, 'cdk'), 0o755);
      for (const words of ['synth', '-o mine']) {
        const elsewhere = await update('Web', '--app', `${join(bin, 'cdk')} ${words}`);
        expect(elsewhere.code, `${words}: ${elsewhere.stderr}`).to.equal(0);
      }
      const failed = await update('Web', '--app', `${join(bin, 'synth')} wrong`);
      expect([failed.code, failed.document.failure?.code]).to.deep.equal([2, 'cdk.synth']);
      expect(failed.document.failure?.what).to.include('exit code 7');
    } finally {
      process.chdir(here);
    }
  });
});
