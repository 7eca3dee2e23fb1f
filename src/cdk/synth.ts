import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Milliseconds } from '../clock.js';
import { problem, usage } from '../errors.js';
import { endWithin } from '../shell/end-within.js';
import { duration } from '../text/duration.js';

/** Where a synthesis writes unless it is told otherwise. */
const OUTPUT = 'cdk.out';

export interface SynthOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the command prints. */
  readonly print: (text: string) => void;
}

/**
 * The folder of a synthesized app: `app` itself when it is one, otherwise what the command `app` writes, either
 * `cdk synth` or the app itself: to the folder of its --output, else that of `output` in cdk.json, else cdk.out.
 * @throws Failure (usage) when the command fails or writes nothing
 */
export async function assemblyOf(app: string, options: SynthOptions): Promise<string> {
  if (await isDirectory(app)) return app;
  const words = splitWords(app);
  if (words.length === 1 && !(await runs(app)))
    throw usage(
      'cdk.app',
      problem(
        `--app takes the folder that cdk synth wrote, or a command that writes it to ${OUTPUT}; ${app} is neither.`,
        'app',
      ),
    );
  const output = outputAsked(words) ?? (await outputOfProject()) ?? OUTPUT;
  const directory = resolve(output);
  const manifest = join(directory, 'manifest.json');
  const before = await changedAt(manifest);
  options.print(`Synthesizes with: ${app}\n`);
  const failed = await execute(app, words, { ...options.env, CDK_OUTDIR: directory }, options.print);
  if (failed !== undefined) throw usage('cdk.synth', `The synthesis "${app}" failed: ${failed}.`);
  const after = await changedAt(manifest);
  if (after === undefined || after === before)
    throw usage(
      'cdk.synth',
      problem(
        `The synthesis "${app}" wrote no ${join(output, 'manifest.json')}. Give the folder that it writes with --app.`,
        'app',
      ),
    );
  return directory;
}

/** `--output DIR`, `--output=DIR`, `-o DIR` of the command itself; the last one counts, as for cdk. */
function outputAsked(words: readonly string[]): string | undefined {
  const said = words.flatMap((word, index) => {
    const joined = /^(?:--output|-o)=(.+)$/.exec(word)?.[1];
    return joined ?? (word === '--output' || word === '-o' ? (words[index + 1] ?? []) : []);
  });
  return said.at(-1);
}

/** What the project's own settings say; a file that cannot be read is cdk's to complain about. */
async function outputOfProject(): Promise<string | undefined> {
  try {
    const { output } = JSON.parse(await readFile('./cdk.json', 'utf8')) as { readonly output?: unknown };
    return typeof output === 'string' && output !== '' ? output : undefined;
  } catch {
    return undefined;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** One word that looks like a path is most likely a folder that is not there. */
async function runs(word: string): Promise<boolean> {
  return (
    !/^\.|\/$|^cdk\.out/.test(word) &&
    (!word.includes('/') || (await stat(word).catch(() => undefined))?.isFile() === true)
  );
}

async function changedAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

/** Anything that only a shell understands. */
const SHELL = /[|&;<>()$`\\*?[\]{}~\n]|^\w+=/;

/** An app may bundle its assets meanwhile, which takes minutes. */
const SYNTH_MS: Milliseconds = 30 * 60_000;

/** Without a shell unless the command needs one; its output goes where the run is told. */
async function execute(
  app: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Promise<string | undefined> {
  const [command = '', ...args] = words;
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = SHELL.test(app) ? spawn(app, { env, stdio, shell: true }) : spawn(command, args, { env, stdio });
  // What cdk synth prints there is the template.
  child.stdout.resume();
  child.stderr.on('data', (part: Buffer) => print(part.toString()));
  const end = await endWithin(child, SYNTH_MS);
  switch (end.kind) {
    case 'notStarted':
      return end.error.message;
    case 'late':
      return `it did not end within ${duration(SYNTH_MS)}, and was killed`;
    case 'killed':
      return `ended by ${end.by}`;
    case 'ended':
      return end.code === 0 ? undefined : `exit code ${end.code}`;
  }
}

/** Words with single or double quotes, as people write commands. */
function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}
