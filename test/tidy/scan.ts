import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The repository, seen from `dist/test/tidy`. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** All files that git knows or would take, as paths from the repository's root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/**
 * What a TypeScript file imports, statically, dynamically or by re-export: packages by their name,
 * files of ours by their path from the root.
 */
export function importsOf(path: string, text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? normalize(join(dirname(path), fileName)).replace(/\.js$/, '.ts') : fileName,
    );
}

/** Things in code that only some places may do, by a short name and the line. Comments and strings are no code. */
export function deedsOf(text: string): { readonly deed: Deed; readonly line: number }[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  const found: { deed: Deed; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const deed = deedOf(node);
    if (deed !== undefined)
      found.push({ deed, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export type Deed =
  'reads the time' | 'sets a timer' | 'draws at random' | 'prints' | 'exits' | 'focuses or skips a test';

const MEMBERS: ReadonlyMap<string, Deed> = new Map([
  ['Date.now', 'reads the time'],
  ['performance.now', 'reads the time'],
  ['process.hrtime', 'reads the time'],
  ['Math.random', 'draws at random'],
  ['crypto.randomUUID', 'draws at random'],
  ['process.exit', 'exits'],
  ['process.stdout', 'prints'],
  ['process.stderr', 'prints'],
]);

const CALLS: ReadonlyMap<string, Deed> = new Map([
  ['setTimeout', 'sets a timer'],
  ['setInterval', 'sets a timer'],
  ['setImmediate', 'sets a timer'],
  ['randomUUID', 'draws at random'],
  ['randomBytes', 'draws at random'],
  ['randomInt', 'draws at random'],
  ['xit', 'focuses or skips a test'],
  ['xdescribe', 'focuses or skips a test'],
]);

function deedOf(node: ts.Node): Deed | undefined {
  if (
    ts.isPropertyAccessExpression(node) &&
    (ts.isIdentifier(node.expression) || node.expression.kind === ts.SyntaxKind.ThisKeyword)
  ) {
    const object = ts.isIdentifier(node.expression) ? node.expression.text : 'this';
    const name = `${object}.${node.name.text}`;
    if (object === 'console') return 'prints';
    if (/^(describe|context|it|specify|this)\.(only|skip)$/.test(name)) return 'focuses or skips a test';
    return MEMBERS.get(name);
  }
  if (
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Date' &&
    (node.arguments?.length ?? 0) === 0
  )
    return 'reads the time';
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    if (node.expression.text === 'Date') return 'reads the time';
    return CALLS.get(node.expression.text);
  }
  return undefined;
}

/** The nodes of a TypeScript file that are as asked, each as `FILE:LINE: CODE`. */
export function nodesLike(name: string, text: string, isLike: (node: ts.Node) => boolean): readonly string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isLike(node))
      found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
