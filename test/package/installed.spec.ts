import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { read } from '../tidy/scan.js';

/** The repository, seen from dist/test/package. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const exec = promisify(execFile);
const { version } = JSON.parse(read('package.json')) as { readonly version: string };

/** Runs npm as a user would, with nothing of the surrounding npm in its environment. */
function npm(cwd: string, ...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  return exec('npm', [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
}

describe('the package', function () {
  this.timeout(600_000);
  let folder: string;
  let clone: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-package-'));
    clone = join(folder, 'clone');
    await exec('git', ['clone', '--quiet', '--local', ROOT, clone]);
    await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  describe('packed and installed in an empty folder', () => {
    let user: string;
    const ours = (...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> =>
      exec(process.execPath, [join(user, 'node_modules/ha-updater/bin/run.js'), ...args], { cwd: user });

    before(async () => {
      user = await mkdtemp(join(folder, 'user-'));
      await npm(clone, 'pack', '--silent', '--pack-destination', folder);
      const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
      await writeFile(join(user, 'package.json'), '{ "private": true }');
      await npm(user, 'install', '--omit=dev', '--no-audit', '--prefer-offline', join(folder, tarball));
    });

    it('leaves no manifest behind in the folder that was packed', async () => {
      expect(await readdir(clone)).not.to.include('oclif.manifest.json');
    });

    it('holds the commands, their manifest, the templates and the pages that messages point to, and no tests', async () => {
      const installed = join(user, 'node_modules/ha-updater');
      expect(await readdir(installed)).to.include.members(['bin', 'dist', 'docs', 'templates', 'oclif.manifest.json']);
      expect(await readdir(join(installed, 'dist'))).to.have.members([
        'LICENCES.txt',
        'chunks',
        'commands',
        'server',
        'src',
      ]);
      expect(await readdir(join(installed, 'dist/server'))).to.deep.equal(['function.zip']);
      expect(await readdir(join(installed, 'docs'))).to.include.members(['PERMISSIONS.md', 'LOCKS.md']);
      const all = await readdir(join(installed, 'dist'), { recursive: true });
      expect(all.filter((name) => name.endsWith('.map'))).to.deep.equal([]);
    });

    it('is one package with all that it needs, of at most 40 MB, and says whose work is in it', async () => {
      const modules = join(user, 'node_modules');
      expect((await readdir(modules)).filter((name) => !name.startsWith('.'))).to.deep.equal(['ha-updater']);
      const files = await readdir(modules, { recursive: true, withFileTypes: true });
      const sizes = await Promise.all(
        files
          .filter((file) => file.isFile())
          .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
      );
      expect(sizes.reduce((sum, size) => sum + size)).to.be.at.most(40 * 1024 * 1024);
      const licences = await readFile(join(modules, 'ha-updater/dist/LICENCES.txt'), 'utf8');
      for (const name of ['@oclif/core', '@aws-sdk/client-auto-scaling', 'listr2', 'yaml'])
        expect(licences).to.match(new RegExp(`^${name} [\\d.]+ \\([\\w.-]+\\)$`, 'm'));
    });

    it('has a list of the same packages for scanners, by npm run sbom', async () => {
      const { stdout } = await exec(process.execPath, ['scripts/sbom.js'], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
      const { components } = JSON.parse(stdout) as {
        readonly components: readonly { name: string; version: string }[];
      };
      const licences = await readFile(join(user, 'node_modules/ha-updater/dist/LICENCES.txt'), 'utf8');
      const named = [...licences.matchAll(/^(\S+ \d[\w.-]*) \(/gm)].map(([, name]) => name);
      const listed = components.map(({ name, version: of }) => `${name} ${of}`);
      expect(listed).to.include.members(named);
      expect(new Set(listed).size).to.equal(listed.length);
      // The function for Lambda has packages of its own.
      const own = (await import(join(ROOT, 'scripts/build-server.js'))) as {
        readonly packagesOfServer: (root: string) => Promise<readonly string[]>;
      };
      const paths = await own.packagesOfServer(ROOT);
      expect(paths.some((path) => path.endsWith('@aws/durable-execution-sdk-js'))).to.equal(true);
      const manifests = await Promise.all(paths.map((path) => readFile(join(ROOT, path, 'package.json'), 'utf8')));
      const ofFunction = manifests.map((text) => JSON.parse(text) as { name: string; version: string });
      const wanted = [...named, ...ofFunction.map(({ name, version: of }) => `${name} ${of}`)];
      expect(listed.sort()).to.deep.equal([...new Set(wanted)].sort());
      expect(components).to.have.length.above(100);
    });

    it('keeps the names of functions, so that a stack trace can be read', async () => {
      const chunks = join(user, 'node_modules/ha-updater/dist/chunks');
      const texts = await Promise.all((await readdir(chunks)).map((name) => readFile(join(chunks, name), 'utf8')));
      for (const name of ['updateStack', 'guard', 'failureBlock'])
        expect(
          texts.some((text) => text.includes(`function ${name}(`)),
          name,
        ).to.equal(true);
    });

    it('says its version and its commands', async () => {
      expect((await ours('--version')).stdout).to.include(`ha-updater/${version}`);
      const help = (await ours('--help')).stdout;
      for (const command of ['update-stack', 'update-asgs', 'restart', 'status']) expect(help).to.include(command);
    });

    it('can be imported', async () => {
      const script =
        "import('ha-updater').then(({ createUpdater, EXIT }) => process.stdout.write(typeof createUpdater({}).updateStack + EXIT.refused))";
      expect((await exec(process.execPath, ['-e', script], { cwd: user })).stdout).to.equal('function3');
    });

    it('has types that a program of TypeScript can use', async () => {
      await writeFile(
        join(user, 'use.mts'),
        "import { createUpdater, type Updater } from 'ha-updater';\nexport const updater: Updater = createUpdater({ region: 'eu-west-1' });\n",
      );
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022'];
      const roots = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
      await exec(process.execPath, [tsc, ...flags, ...roots, 'use.mts'], { cwd: user });
    });

    // The rest of the suite runs what is compiled file by file; these run what people install.
    for (const story of ['main-job.story.js', 'lock.story.js', 'stack/cdk-images.story.js'])
      it(`plays ${story}`, async () => {
        const env = { ...process.env, HA_UPDATER_BIN: join(user, 'node_modules/ha-updater/bin/run.js') };
        const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
        const flags = ['--no-config', '--require', './dist/test/setup.js', '--timeout', '120000', '--exit'];
        await exec(process.execPath, [mocha, ...flags, `dist/test/commands/${story}`], {
          cwd: ROOT,
          env,
          maxBuffer: 64 * 1024 * 1024,
        }).catch((error: unknown) => {
          throw new Error((error as { readonly stdout: string }).stdout);
        });
      });

    it('creates a stack in its own sandbox', async () => {
      const bin = join(user, 'node_modules/ha-updater/bin/run.js');
      const sandbox = spawn(process.execPath, [bin, 'sandbox', '--speed', '200', '--port', '0'], { cwd: user });
      try {
        const env = { ...process.env, ...(await exported(sandbox)), AWS_REGION: 'eu-west-1' };
        const { stdout } = await exec(
          process.execPath,
          [
            bin,
            'update-stack',
            'web',
            '--template',
            join(user, 'node_modules/ha-updater/templates/web-stack.yaml'),
            'VpcId=vpc-0a0a0a0a0a0a0a0a0',
            'Subnets=subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb',
            'ImageId=ami-0123456789abcdef0',
            'DbPassword=not-a-real-one',
            '--json',
          ],
          { cwd: user, env },
        );
        expect(JSON.parse(stdout)).to.include({ outcome: 'created', exitCode: 0 });
      } finally {
        sandbox.kill();
        if (sandbox.exitCode === null && sandbox.signalCode === null) await once(sandbox, 'exit');
      }
    });
  });

  describe('installed as the README says', () => {
    const blocks = (read('README.md').split('## Install')[1]?.split('\n## ')[0] ?? '')
      .split(/\n(?! {4})/)
      .map((block) => [...block.matchAll(/^ {4}(.+)$/gm)].map(([, line = '']) => line))
      .filter((lines) => lines.length > 0);

    /** Types lines into a shell, with a place of its own for what npm installs for everybody. */
    const types = async (cwd: string, lines: readonly string[]): Promise<string> => {
      const prefix = await mkdtemp(join(folder, 'prefix-'));
      const env = {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
        npm_config_prefix: prefix,
        npm_config_audit: 'false',
        npm_config_prefer_offline: 'true',
        PATH: `${join(prefix, 'bin')}:${process.env['PATH'] ?? ''}`,
      };
      const { stdout } = await exec('sh', ['-ec', lines.join('\n')], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    };

    it('from a clone, for everybody on the machine', async () => {
      // What `npm ci` brings is there: `.ci/run` begins with it.
      expect(blocks[0]?.[0]).to.equal('npm ci');
      expect(blocks[0]).to.have.length(4);
      expect(await types(clone, blocks[0]?.slice(1) ?? [])).to.include(`ha-updater/${version}`);
    });

    it('by the steps of the Dockerfile, which no docker builds here', async () => {
      const steps = [...read('Dockerfile').matchAll(/^(FROM|WORKDIR|COPY|RUN|USER|ENTRYPOINT) (.+)$/gm)];
      const of = (kind: string): readonly string[] =>
        steps.flatMap(([, name, words = '']) => (name === kind ? [words] : []));
      expect(of('FROM')).to.deep.equal(['node:22-slim AS build', 'node:22-slim']);
      expect(of('USER'), 'whoever runs in it is not root').to.deep.equal(['node']);
      expect(of('COPY')).to.deep.equal(['. .', '--from=build /tmp/ha-updater-*.tgz /tmp/']);
      expect(of('RUN')[0]).to.equal('npm ci');
      const temporary = await mkdtemp(join(folder, 'image-'));
      const lines = of('RUN')
        .slice(1)
        .map((line) => line.replaceAll('/tmp', temporary));
      const [program] = JSON.parse(of('ENTRYPOINT')[0] ?? '[]') as readonly string[];
      expect(await types(clone, [...lines, `${program} --version`])).to.include(`ha-updater/${version}`);
      expect(await readdir(temporary), 'the package does not stay in the image').to.deep.equal([]);
    });

    it('from git, into a project', async () => {
      const user = await mkdtemp(join(folder, 'project-'));
      await writeFile(join(user, 'package.json'), '{ "private": true }');
      const lines = (blocks[1] ?? []).map((line) => line.replace('file:///path/to/ha-updater', `file://${ROOT}`));
      expect(lines.join(' ')).to.include(ROOT);
      expect(await types(user, lines)).to.include(`ha-updater/${version}`);
    });
  });

  it('installs from git, where npm builds it', async () => {
    const user = await mkdtemp(join(folder, 'git-'));
    await writeFile(join(user, 'package.json'), '{ "private": true }');
    await npm(user, 'install', '--omit=dev', '--no-audit', '--prefer-offline', `git+file://${ROOT}`);
    const bin = join(user, 'node_modules/ha-updater/bin/run.js');
    expect((await exec(process.execPath, [bin, '--version'], { cwd: user })).stdout).to.include(
      `ha-updater/${version}`,
    );
    expect(await readdir(join(user, 'node_modules/ha-updater'))).to.include('oclif.manifest.json');
  });
});

/** The variables that the sandbox says another shell has to export. */
async function exported(sandbox: ChildProcess): Promise<Record<string, string>> {
  let text = '';
  for await (const chunk of sandbox.stdout ?? []) {
    text += String(chunk);
    const found = [...text.matchAll(/ ([A-Z0-9_]+)=(\S+)/g)];
    if (text.includes('HA_UPDATER_SPEED') && text.includes('AWS_SECRET_ACCESS_KEY'))
      return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
  }
  throw new Error(`The sandbox ended early: ${text}`);
}
