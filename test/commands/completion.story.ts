import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ROOT } from '../support/root.js';

const run = promisify(execFile);

/** The shells that are installed here, as `.ci/run` says; bash is everywhere. */
const SHELLS = (process.env['COMPLETION_SHELLS'] ?? 'bash').split(' ');

/** Asks a shell what it makes of a line when Tab is pressed at its end. */
type Press = (script: string, line: string) => Promise<string>;

/** Answers the words that are offered. */
const inBash: Press = async (script, line) => {
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ha_updater; echo "\${COMPREPLY[*]}"`;
  // As bash itself takes a line apart: the = of a flag is a word.
  const words = line.replace('=', ' = ').split(' ');
  return (await run('bash', ['-c', ask, 'bash', script, ...words])).stdout;
};

const inFish: Press = async (script, line) =>
  (await run('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`])).stdout;

/** Answers what stands on the terminal of an interactive zsh. */
const inZsh: Press = async (script, line) => {
  const ask = String.raw`
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "PS1=; unsetopt beep; autoload -U compinit; compinit -u -D; source $1; LISTMAX=500; echo RE''ADY"
    for i in {1..100}; do zpty -r -t z part && out+=$part || sleep 0.1; [[ $out == *READY* ]] && break; done
    zpty -w -n z "$2"$'\t'
    out=
    for i in {1..20}; do sleep 0.1; while zpty -r -t z part; do out+=$part; done; (( i > 6 )) && [[ -n $out ]] && break; done
    print -r -- $out`;
  return (await run('zsh', ['-f', '-c', ask, 'zsh', script, line])).stdout;
};

const PRESS: Readonly<Record<string, Press>> = { bash: inBash, fish: inFish, zsh: inZsh };

/** What is typed, and what has to come of it. */
const CASES: readonly (readonly [string, RegExp])[] = [
  ['ha-updater update-st', /update-stack/],
  ['ha-updater lock rel', /release/],
  ['ha-updater update-stack web --strateg', /--strategy/],
  ['ha-updater update-stack web --strategy=sw', /swap/],
  ['ha-updater plan web --no-confi', /--no-confirm/],
  ['ha-updater lock release --loc', /--lock/],
  ['ha-updater update-asgs --output=json', /jsonl/],
];

describe('completion', function () {
  this.timeout(60_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'completion-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const shell of SHELLS)
    it(`completes commands, flags and values in ${shell}`, async () => {
      const { stdout } = await run(process.execPath, [join(ROOT, 'bin', 'run.js'), 'completion', shell]);
      const script = join(folder, `completion.${shell}`);
      await writeFile(script, stdout);
      for (const [line, expected] of CASES) {
        // What a terminal draws besides its text is left out.
        const answer = await PRESS[shell]?.(script, line);
        expect((answer ?? '').replace(/\x1b\[[\d;?]*[A-Za-z]/g, ''), `${shell}: ${line}`).to.match(expected);
      }
    });
});
