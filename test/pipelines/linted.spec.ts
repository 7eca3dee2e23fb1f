import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { read } from '../tidy/scan.js';

/** What one linter says of a file: nothing when it is right. */
type Lint = (path: string) => Promise<string>;

const bySchema =
  (schema: string): Lint =>
  (path) =>
    said('check-jsonschema', ['--builtin-schema', `vendor.${schema}`, path]);

/** The compiler of Groovy, and what CodeNarc calls an error; how lines are laid out is nobody's business here. */
const byGroovy: Lint = (path) =>
  said('npm-groovy-lint', ['--noserver', '--failon', 'error', '--loglevel', 'error', path]);

/** Each template, what judges it, and a mistake that has to be seen: else a linter that sees nothing would please. */
const LINTED: readonly (readonly [string, Lint, (text: string) => string])[] = [
  ['github/deploy.yml', bySchema('github-workflows'), (text) => text.replace('runs-on:', 'run-on:')],
  ['github/action.yml', bySchema('github-actions'), (text) => text.replace('using:', 'uses:')],
  ['gitlab-ci.yml', bySchema('gitlab-ci'), (text) => text.replace('artifacts:', 'artifacts:\n    files: [x]')],
  ['Jenkinsfile', byGroovy, (text) => text.replace('stages {', 'stages {{')],
];

/** Java runs the compiler of Groovy; where there is none, the Jenkinsfile is not looked at, and that is said. */
const JAVA = spawnSync('java', ['-version']).status === 0;
const HERE = LINTED.filter(([, lint]) => lint !== byGroovy || JAVA);
if (!JAVA) process.stderr.write('There is no java here: the Jenkinsfile is not checked.\n');

describe('the pipelines to copy, by linters of their systems', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'ha-updater-linted-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, lint, spoil] of HERE)
    it(`${name} is right, and a mistake in it is seen`, async () => {
      const text = read(`templates/pipelines/${name}`);
      const at = async (kind: string, content: string): Promise<string> => {
        const path = join(folder, `${kind}-${name.replace('/', '-')}`);
        await writeFile(path, content);
        return path;
      };
      expect(await lint(await at('right', text))).to.equal('');
      const spoilt = spoil(text);
      expect(spoilt).not.to.equal(text);
      expect(await lint(await at('spoilt', spoilt))).not.to.equal('');
    });
});

/** What a linter says when it fails; nothing when it is pleased. */
function said(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT')
        reject(new Error(`${program} is not on the PATH; npm run test:pipelines brings it.`));
      else resolve(error === null ? '' : `${stdout}${stderr}` || error.message);
    });
  });
}
