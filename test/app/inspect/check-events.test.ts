import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ended } from '../../support/command-stage.js';
import { createCommandStage } from '../../support/command-stage.js';
import { trueJournals } from '../../check/journals.js';

/** A document of `check`, as its reader has it. */
interface Checked {
  readonly verdict: string;
  readonly exitCode: number;
  readonly runs: readonly { readonly run: string; readonly invariants: readonly { readonly verdict: string }[] }[];
}

describe('check', function () {
  this.timeout(60_000);
  let folder = '';
  let lines: readonly string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'check-'));
    lines = [...((await trueJournals()).get('swap') ?? [])].map((stamped) => JSON.stringify(stamped));
  });
  after(() => rmSync(folder, { recursive: true }));

  const check = (text: string): Promise<Ended> => {
    const file = join(folder, 'run.jsonl');
    writeFileSync(file, text);
    return createCommandStage().run(['check', file]);
  };
  const documentOf = (ended: Ended): Checked => ended.document as unknown as Checked;

  it('says of each invariant that it held', async () => {
    const ended = await check(`${lines.join('\n')}\n`);
    expect(ended.code).to.equal(0);
    expect(documentOf(ended).verdict).to.equal('held');
    expect(ended.said).to.match(/^Run run-1 \(test\): \d+ events, lines 1 to \d+\n {2}held {5}journal: /);
    expect(ended.said).to.include('0 broken, 0 cannot be known from this file.');
  });

  it('says where one was broken, and ends with 1', async () => {
    const ended = await check(lines.filter((line) => !line.includes('"type":"judge"')).join('\n'));
    expect(ended.code).to.equal(1);
    expect(documentOf(ended).verdict).to.equal('broken');
    expect(ended.said).to.match(
      /BROKEN {3}verdict: [^\n]+\n +line \d+, 2026-11-21T[\d:]+Z: web carries a verdict that nobody wrote\./,
    );
  });

  it('checks each run of a file, and takes a torn last line for a process that was killed', async () => {
    const torn = lines.slice(0, 40).join('\n');
    const ended = await check(`${lines.join('\n')}\n${torn}\n{"v":1,"seq":41,"at":17`);
    expect(ended.code).to.equal(0);
    expect(documentOf(ended).runs).to.have.length(2);
    expect(ended.said).to.include('unknown  ending: The file ends before the run does.');
  });

  it('refuses in one sentence what is no journal', async () => {
    const said = async (text: string): Promise<string> => {
      const ended = await check(text);
      expect(ended.code, text).to.equal(2);
      return (ended.document?.failure?.what ?? '').replace(/^\S*run\.jsonl/, 'FILE');
    };
    expect(await said('')).to.equal('FILE holds no events.');
    expect(await said('hello\nworld\n')).to.match(/^FILE:1 is not an event: /);
    expect(await said('{"v":1,"seq":1,"at":1,"run":"r","event":{"type":"action.started"}}\n')).to.equal(
      'FILE:1 is an event that is not whole: a field is missing or of another kind.',
    );
  });

  it('shows no words of others, however odd they are', async () => {
    const odd = lines.map((line) => line.replaceAll('"web"', '"::error::web\\u001b[31m"'));
    const ended = await check(odd.filter((line) => !line.includes('"type":"judge"')).join('\n'));
    expect(ended.code).to.equal(1);
    expect(ended.said).not.to.match(/^\s*::error|\u001b/m);
  });
});
