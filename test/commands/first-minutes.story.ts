import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { expect } from 'chai';
import { quote } from '../../src/text/shell-quote.js';
import { ROOT } from '../support/root.js';
import { read } from '../tidy/scan.js';
import { BIN, CLEAN_ENV, start, type Running } from './support/cli.js';

/*
 * The README's lines, typed one after the other at a terminal of 80 x 24, as somebody does who has just cloned it:
 * test/package installs it from the clone as the README says, and what follows is here.
 */

const section = read('README.md').split('## Try it')[1]?.split('\n## ')[0] ?? '';
const lines = section.replace(/\\\n\s*/g, ' ');
const [, serve = ''] = /^ {4}ha-updater (sandbox .*)$/m.exec(lines) ?? [];
const typed = [...lines.matchAll(/^ {4}(ha-updater .*?) +# exit (\d+)/gm)].map(([, line = '', code = '']) => ({
  line,
  code: Number(code),
}));

/** What the screen of 24 rows shows in the end, by the line that was typed. */
const SHOWS: readonly (readonly [RegExp, readonly RegExp[]])[] = [
  [/--template/, [/✔ Created after .*; groups: 1 proven; exit 0\./]],
  [/abcdef1$/, [/promoted, all 2 new instances are proven/, /never below 2 in/, /✔ Updated after .* exit 0\./]],
  [
    /0bad0/,
    [/^ROLLED BACK \(exit 4\)/, /^What serves now: .* serve \(2 old\)/, /^Next:/, /^ {2}ha-updater status web/],
  ],
  [/^ha-updater status/, []],
  [/--pause-at/, [/[Pp]aused .*exit 0\./, /ha-updater resume web/]],
  [/^ha-updater resume/, [/promoted, all 2 new instances are proven/, /exit 0\./]],
];

/** From the clone to the last line; npm's part of it takes about a minute. */
const NINE_MINUTES = 9 * 60_000;

// util-linux makes a pseudo-terminal; where it is missing, nothing else here can.
if (process.platform === 'linux' && existsSync('/usr/bin/script'))
  describe('the first ten minutes', function () {
    this.timeout(NINE_MINUTES);
    let folder: string;
    let sandbox: Running;
    let env: Readonly<Record<string, string>>;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ha-updater-first-'));
      const program = join(folder, 'ha-updater');
      await writeFile(program, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(BIN)} "$@"\n`);
      await chmod(program, 0o755);
      sandbox = start([...serve.split(' '), '--port', '0']);
      const told = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
      const exported = [...told.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value] as const);
      env = { ...CLEAN_ENV, ...Object.fromEntries(exported), PATH: `${folder}:${CLEAN_ENV['PATH'] ?? ''}` };
    });
    after(async () => {
      sandbox.child.kill('SIGTERM');
      await sandbox.finished;
      await rm(folder, { recursive: true, force: true });
    });

    it('lead from the README to a promoted, a rolled-back and a paused rollout', async () => {
      expect(serve).to.match(/^sandbox --speed \d+$/);
      expect(typed.map(({ line }) => SHOWS.findIndex(([which]) => which.test(line)))).to.deep.equal([0, 1, 2, 3, 4, 5]);
      for (const { line, code } of typed) {
        const ended = await typeAt(line, env);
        expect(ended.code, `${line}\n${ended.screen.join('\n')}`).to.equal(code);
        const shows = SHOWS.find(([which]) => which.test(line))?.[1] ?? [];
        // Last words take 25 lines at most, so one of them may have scrolled away.
        const shown = ended.screen.slice(-26);
        for (const pattern of shows)
          expect(
            shown.some((row) => pattern.test(row)),
            `${line}: ${pattern}\n${shown.join('\n')}`,
          ).to.equal(true);
      }
    });
  });

/** A line typed at a terminal: how it ended, and all rows from the first that scrolled away. */
async function typeAt(
  line: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly screen: readonly string[] }> {
  const child = spawn('/usr/bin/script', ['-qec', `stty cols 80 rows 24; ${line}`, '/dev/null'], {
    cwd: ROOT,
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const terminal = new xterm.Terminal({
    cols: 80,
    rows: 24,
    scrollback: 5_000,
    convertEol: false,
    allowProposedApi: true,
  });
  const written: Promise<void>[] = [];
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => written.push(new Promise((resolve) => terminal.write(text, resolve))));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await Promise.all(written);
  const { active } = terminal.buffer;
  const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  return { code, screen: rows.slice(0, rows.findLastIndex((row) => row !== '') + 1) };
}
