import { spawn } from 'node:child_process';
import type { Milliseconds } from '../../clock.js';
import type { CheckedFinding } from '../../model/stack/check.js';
import type { Environment } from '../../config/simulation-speed.js';
import { endWithin } from '../../shell/end-within.js';

/** What cfn-lint said of a number of files. */
export interface Linted {
  readonly findings: ReadonlyMap<string, readonly CheckedFinding[]>;
  /** Why there is nothing to tell, when there is not. */
  readonly notAsked?: string;
  /** It is not installed, which is no fault. */
  readonly absent?: true;
}

/** One row of `cfn-lint --format json`. */
interface Row {
  readonly Filename?: string;
  readonly Level?: string;
  readonly Message?: string;
  readonly Location?: {
    readonly Start?: { readonly LineNumber?: number; readonly ColumnNumber?: number };
    readonly Path?: readonly (string | number)[] | null;
  };
  readonly Rule?: { readonly Id?: string; readonly ShortDescription?: string };
}

/** Its exit code is a mask: 2 error, 4 warning, 8 information; 32 means that it failed itself. */
const FOUND = 2 | 4 | 8;

/** How long cfn-lint may take to start, and then for each file: some ten times what it takes on a busy machine. */
const START_MS: Milliseconds = 30_000;
const EACH_FILE_MS: Milliseconds = 10_000;

/** Runs at most: a file that makes cfn-lint fail is found among 200 by 16 of them. */
const mostRuns = 40;

/**
 * Runs cfn-lint when it is on the path. Other tools learn of new CloudFormation properties late, so its
 * errors are warnings here unless the user wants them to count. A file that makes it fail is named, and costs the
 * others nothing.
 */
export async function cfnLint(files: readonly string[], env: Environment, count: 'warn' | 'error'): Promise<Linted> {
  if (files.length === 0) return { findings: new Map() };
  const findings = new Map<string, CheckedFinding[]>();
  const failed = new Map<string, string>();
  let runs = 0;
  const lint = async (some: readonly string[]): Promise<void> => {
    const ran = runs++ < mostRuns ? await runLint(some, env) : 'cfn-lint failed too often';
    if (typeof ran !== 'string') {
      for (const row of ran) note(findings, row.Filename ?? some[0] ?? '', toFinding(row, count));
    } else if (some.length === 1 || ran === NOT_THERE || ran === TOO_LONG || runs >= mostRuns) {
      for (const file of some) failed.set(file, ran);
    } else {
      const half = Math.ceil(some.length / 2);
      await lint(some.slice(0, half));
      await lint(some.slice(half));
    }
  };
  await lint(files);
  const [why] = failed.values();
  if (failed.size === files.length && why !== undefined)
    return { findings: new Map(), notAsked: why, ...(why === NOT_THERE && { absent: true }) };
  for (const [file, text] of failed) note(findings, file, toFinding({ Message: text, Rule: { Id: 'failed' } }, count));
  return { findings };
}

function note(findings: Map<string, CheckedFinding[]>, file: string, found: CheckedFinding): void {
  const known = findings.get(file) ?? [];
  findings.set(file, known);
  known.push(found);
}

const NOT_THERE = 'cfn-lint is not on the path';
const TOO_LONG = 'cfn-lint took too long and was ended';

function toFinding(row: Row, count: 'warn' | 'error'): CheckedFinding {
  const { Id: id = 'unknown', ShortDescription: rule = '' } = row.Rule ?? {};
  return {
    by: 'cfn-lint',
    code: `cfn-lint.${id}`,
    path: (row.Location?.Path ?? []).join('/'),
    line: Math.max(1, row.Location?.Start?.LineNumber ?? 1),
    column: Math.max(1, row.Location?.Start?.ColumnNumber ?? 1),
    text: row.Message ?? '',
    remedy: rule === '' ? '' : `(${rule})`,
    severity: count === 'error' && row.Level === 'Error' ? 'error' : 'warning',
  };
}

async function runLint(files: readonly string[], env: Environment): Promise<readonly Row[] | string> {
  const child = spawn('cfn-lint', ['--format', 'json', '--', ...files], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const end = await endWithin(child, START_MS + EACH_FILE_MS * files.length);
  switch (end.kind) {
    case 'notStarted':
      return end.error.code === 'ENOENT' ? NOT_THERE : `cfn-lint could not be started: ${end.error.message}`;
    case 'late':
      return TOO_LONG;
    case 'killed':
      return `cfn-lint was killed by ${end.by}`;
    case 'ended':
      return (end.code & ~FOUND) === 0 ? rowsIn(stdout) : `cfn-lint failed (exit ${end.code}): ${lastLine(stderr)}`;
  }
}

function rowsIn(stdout: string): readonly Row[] | string {
  try {
    return JSON.parse(stdout) as readonly Row[];
  } catch {
    return 'cfn-lint answered something that is no JSON';
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
