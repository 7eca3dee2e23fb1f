import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { updateGroups, type ProcessContext } from '../../src/index.js';
import type { Stamped } from '../../src/model/event.js';
import { createCommandStage, type CommandStage, type Ended } from '../support/command-stage.js';
import { standardGroup } from '../support/sandbox.js';

describe('the files of a run', () => {
  let folder: string;
  let stage: CommandStage;
  let calls: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-sinks-'));
    stage = createCommandStage();
    calls = [];
    stage.sandbox.onCall(({ operation }) => void calls.push(operation));
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const file = (name: string): string => join(folder, name);
  const update = (...flags: readonly string[]): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', ...flags]);
  const changed = (): boolean => calls.some((operation) => /^(?:Update|CreateOr|Suspend)/.test(operation));
  const read = (name: string): Promise<string> => readFile(file(name), 'utf8');

  it('hold all that the run told, each in its form, beside what it showed', async () => {
    const { code, events } = await update(
      '--events-file',
      file('run.jsonl'),
      '--junit',
      file('j.xml'),
      '--report',
      file('r.html'),
    );
    expect(code).to.equal(0);
    const kept = (await read('run.jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Stamped);
    expect(kept).to.deep.equal(events);
    expect(kept.at(-1)?.event.type).to.equal('run.finished');
    expect(await read('j.xml')).to.match(/<testcase classname="update-asgs web" name="group web" time="\d+"\/>/);
    expect(await read('r.html')).to.contain('id="what-happened"');
    // The same names again: files of ours are written over.
    expect(
      (await update('--events-file', file('run.jsonl'), '--junit', file('j.xml'), '--report', file('r.html'))).code,
    ).to.equal(0);
  });

  for (const flag of ['--events-file', '--junit', '--report']) {
    it(`refuse before any change what cannot be written (${flag})`, async () => {
      const { code, said } = await update(flag, file('no/such/folder/x'));
      expect(code).to.equal(2);
      expect(said).to.contain('there is no such file or folder (ENOENT)');
      expect((await update(flag, folder)).code).to.equal(2);
      expect((await update(flag, '-')).code).to.equal(2);
      expect((await update(flag, '')).code).to.equal(2);
      expect(changed()).to.equal(false);
    });
    it(`never write over what is somebody's (${flag})`, async () => {
      await writeFile(file('web.yaml'), 'Resources: {}\n');
      await symlink(file('web.yaml'), file('link'));
      for (const name of ['web.yaml', 'link']) {
        const { code, said } = await update(flag, file(name));
        expect(code).to.equal(2);
        expect(said).to.contain('which this tool did not write');
      }
      expect(await read('web.yaml')).to.equal('Resources: {}\n');
      expect(changed()).to.equal(false);
    });
  }

  it('are not one and the same', async () => {
    const { code, said } = await update('--junit', file('x'), '--report', `${folder}/./x`);
    expect(code).to.equal(2);
    expect(said).to.contain('--junit and --report name the same file');
  });

  it('never wait for whoever may read a pipe', async () => {
    execFileSync('mkfifo', [file('pipe')]);
    const { code, said } = await update('--events-file', file('pipe'));
    expect(code).to.equal(2);
    expect(said).to.contain('ENXIO');
  });

  it('stop no run when the disk is full: it is told once, and the run goes on', async function () {
    if (!existsSync('/dev/full')) return;
    const { code, events } = await update('--events-file', '/dev/full');
    expect(code).to.equal(0);
    const told = events.filter(({ event }) => event.type === 'warning' && event.reason.code === 'output.eventsFile');
    expect(told.length).to.equal(1);
    expect(events.at(-1)?.event).to.include({ type: 'run.finished', outcome: 'swapped' });
  });

  it('stop no run when a folder goes meanwhile, and stderr says it', async () => {
    await mkdir(file('out'));
    const { code, said } = await stage.run(
      ['update-asgs', '--asg', 'web', '--swap', 'always', '--report', file('out/r.html')],
      { when: ({ event }) => event.type === 'groups.found', then: () => execFileSync('rm', ['-r', file('out')]) },
    );
    expect(code).to.equal(0);
    expect(said).to.match(/WARNING The file \S+out\/r\.html could not be written: there is no such file or folder/);
  });

  it('keep every event of a process that is killed, and the report says that it did not end', async () => {
    await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', '--events-file', file('run.jsonl')], {
      killedAt: { change: /^UpdateAutoScalingGroup/, when: 'after' },
    });
    const { said } = await stage.run(['report', file('run.jsonl'), '--format', 'text']);
    expect(said).to.match(/^Not finished: the events of update-asgs web end before the run does\./);
  });

  it('tell a failure that came before the run could begin', async () => {
    const { code } = await stage.run(['update-asgs', '--asg', 'nobody', '--junit', file('j.xml')]);
    expect(code).to.equal(3);
    expect(await read('j.xml')).to.contain('failures="1"');
  });

  describe('on GitHub', () => {
    const onGithub = (more: Readonly<Record<string, string>>): Promise<Ended> =>
      stage.call('update-asgs', (context: ProcessContext) =>
        updateGroups(
          { asgs: ['web'], swap: 'always', output: 'lines' },
          { ...context, env: { ...context.env, GITHUB_STEP_SUMMARY: file('summary.md'), ...more } },
        ),
      );
    it('are the summary of the step, below what is there', async () => {
      await writeFile(file('summary.md'), 'before\n');
      const { said } = await onGithub({ GITHUB_ACTIONS: 'true' });
      expect(await read('summary.md')).to.match(/^before\n## ✅ Swapped: update-asgs web[^]*Capacity of all groups/);
      expect(said).to.match(/^::group::Rollout of the groups\n[^]*^::endgroup::$/m);
    });
    it('are none elsewhere', async () => {
      await onGithub({});
      expect(existsSync(file('summary.md'))).to.equal(false);
    });
  });

  describe('read again', () => {
    const report = (...words: readonly string[]): Promise<Ended> => stage.run(['report', ...words]);
    it('are refused when they are no events, with the line', async () => {
      await writeFile(file('a'), '{"v":1}\n');
      expect((await report(file('a'))).said).to.contain('a:1 is not an event');
      await writeFile(file('b'), '');
      expect((await report(file('b'))).said).to.contain('holds no events');
      expect((await report(file('none'))).code).to.equal(2);
      expect((await report(folder)).code).to.equal(2);
    });
    it('may end in a torn line, and hold several runs: the last one is told', async () => {
      await update('--events-file', file('1'));
      await update('--events-file', file('2'));
      const [first, second] = [await read('1'), await read('2')];
      const run = (JSON.parse(second.split('\n')[0] ?? '') as Stamped).run;
      await writeFile(file('both'), first + second.trimEnd().slice(0, -30));
      const { code, said } = await report(file('both'), '--format', 'text');
      expect(code).to.equal(0);
      expect(said)
        .to.match(/^Not finished/)
        .and.to.contain(run);
    });
    it('are never written over by their own report', async () => {
      await update('--events-file', file('run.jsonl'));
      const before = await read('run.jsonl');
      expect((await report(file('run.jsonl'), '--output-file', `${folder}/./run.jsonl`)).code).to.equal(2);
      expect(await read('run.jsonl')).to.equal(before);
      expect((await report(file('run.jsonl'), '--output-file', file('r.html'))).code).to.equal(0);
      expect(await read('r.html')).to.match(/^<!doctype html>/);
    });
  });
});
