import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { CommandStage } from '../support/command-stage.js';
import { sampleStack } from '../support/sample-stack.js';
import { read, repositoryFiles } from '../tidy/scan.js';

const pipelines = repositoryFiles().filter((path) => path.startsWith('templates/pipelines/'));

/** What the systems put in the place of each variable. */
const VALUES: Readonly<Record<string, string>> = {
  $STACK: 'web',
  $PARAMETER: 'ImageId=ami-0123456789abcdef1',
  $IMAGE: 'ami-0123456789abcdef1',
  '#{image}': 'ami-0123456789abcdef1',
};

/** Our command lines in a pipeline, as the words that a shell makes of them. */
function commandsIn(path: string): readonly (readonly string[])[] {
  const lines = read(path)
    .split('\n')
    .filter((line) => !/^\s*(?:#|\/\/)/.test(line));
  return lines.flatMap((line) =>
    [...line.matchAll(/ha-updater ((?:update-stack|cancel) [^';]*)/g)].map(([, words = '']) =>
      words
        .trim()
        .split(' ')
        .map((word) => word.replaceAll('"', '').replace(/\$[A-Z]+|#\{image\}/g, (name) => VALUES[name] ?? name)),
    ),
  );
}

describe('the pipelines to copy', function () {
  this.timeout(60_000);
  let stage: CommandStage;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-pipelines-'));
    stage = await sampleStack();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are there for each system', () => {
    expect(pipelines.map((path) => path.replace('templates/pipelines/', '')).sort()).to.deep.equal([
      'Jenkinsfile',
      'buildspec.yml',
      'github/action.yml',
      'github/deploy.yml',
      'gitlab-ci.yml',
      'gocd.yaml',
    ]);
  });

  for (const path of pipelines)
    it(`run what the tool understands, and leave their files: ${path}`, async () => {
      if (!path.endsWith('Jenkinsfile')) expect(parse(read(path))).to.be.an('object');
      const commands = commandsIn(path);
      // The workflow of GitHub uses the action beside it.
      if (path.endsWith('deploy.yml')) return void expect(commands).to.deep.equal([]);
      expect(commands.length).to.be.greaterThan(0);
      for (const words of commands) {
        const inFolder = words.map((word) => (/^[\w-]+\.(?:jsonl|html|xml)$/.test(word) ? join(folder, word) : word));
        const { code, said } = await stage.run(inFolder);
        // Nothing is under way that could be called back, and no step is shown as failed for that.
        expect(code, said).to.equal(0);
      }
      expect((await readdir(folder)).sort()).to.deep.equal(['junit.xml', 'report.html', 'run.jsonl']);
    });

  it('roll back when somebody cancels, but for CodeBuild, which runs nothing more then', () => {
    const cancelling = pipelines.filter((path) => commandsIn(path).some(([name]) => name === 'cancel'));
    expect(cancelling.length).to.equal(4);
    expect(read('templates/pipelines/buildspec.yml')).to.contain('ha-updater cancel web');
  });
});
