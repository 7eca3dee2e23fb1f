import { expect } from 'chai';
import ts from 'typescript';
import { meaningOf } from '../../src/app/inspect/explain.js';
import { EXIT } from '../../src/errors.js';
import { CODES } from '../../src/render/codes.js';
import { stackStates } from '../../src/decide/stack/stack-update.js';
import { read, repositoryFiles } from '../tidy/scan.js';

/** Texts that look like a code and are none: names of files and of AWS's own reasons. */
const NO_CODES = new Set(['cdk.out', 'manifest.json', 'unhealthy.draining']);

/** Every text in our sources that looks like a code: `area.word`, but not the type of an event. */
function codesInSources(): readonly string[] {
  const events = new Set(
    // Those of a run, and those that a fleet tells beside them.
    ['src/model/event.ts', 'src/app/fleet/fleet-voice.ts'].flatMap((path) =>
      [...read(path).matchAll(/type: '([a-z]+\.[a-zA-Z]+)'/g)].map((match) => match[1]),
    ),
  );
  const found = new Set<string>();
  for (const path of repositoryFiles().filter(
    (file) => /^src\/(?!sandbox\/).*\.ts$/.test(file) && file !== 'src/render/codes.ts',
  )) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && /^[a-z]+\.[a-zA-Z]+$/.test(node.text) && !events.has(node.text))
        found.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest));
  }
  return [...found].filter((code) => !NO_CODES.has(code));
}

/**
 * Codes that are put together, by how they begin in a source, with all that they can become. A source that puts
 * together another one fails the test below until it is listed here.
 */
const COMPOSED: Readonly<Record<string, readonly string[]>> = {
  'aws.': [
    'throttled',
    'transient',
    'busy',
    'denied',
    'expired',
    'credentials',
    'missing',
    'unsupported',
    'invalid',
    'unreachable',
  ],
  // Of a group that ended a run otherwise than well.
  'group.': ['stuck', 'unproven', 'rolledBack'],
  'stack.': [...new Set(Object.values(stackStates))].filter((state) => state !== 'ok'),
  'cfn-lint.': ['E3012', 'W2001', 'I3042'],
};

/** How codes begin that our sources put together: a template in the place of a code. */
function composedInSources(): readonly string[] {
  const found = new Set<string>();
  for (const path of repositoryFiles().filter((file) => /^src\/(?!sandbox\/).*\.ts$/.test(file))) {
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node) && node.name.getText() === 'code')
        ts.forEachChild(node, function inner(child: ts.Node): void {
          if (ts.isTemplateExpression(child)) found.add(child.head.text);
          ts.forEachChild(child, inner);
        });
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true));
  }
  return [...found];
}

/** Codes that help pages and documents name: after `explain`, or in brackets at the end of a message. */
function codesInHelp(): readonly string[] {
  const named = (path: string, form: RegExp): readonly string[] =>
    [...read(path).matchAll(form)].map(([, code]) => code ?? '');
  const documents = repositoryFiles().filter((file) => /^(README\.md|docs\/[^/]*\.md)$/.test(file));
  const help = repositoryFiles().filter((file) => /^commands\/.*\.ts$/.test(file));
  return [
    ...[...documents, ...help].flatMap((path) => named(path, /\bexplain (\d+\b|[a-z]+\.\w+)/g)),
    ...documents.flatMap((path) => named(path, /\[([a-z]+\.[a-zA-Z]+)\](?!\()/g)),
  ];
}

describe('the codes', function () {
  // Every source is parsed.
  this.timeout(60_000);

  it('are all described: every one that a source names, and those that are put together', () => {
    const composed = Object.entries(COMPOSED).flatMap(([head, tails]) => tails.map((tail) => `${head}${tail}`));
    const heads = composedInSources();
    expect(heads.filter((head) => COMPOSED[head] === undefined)).to.deep.equal([]);
    expect(heads).to.include.members(['aws.', 'group.', 'stack.', 'cfn-lint.']);
    const all = codesInSources();
    expect(all).to.include.members(['swap.rolledBack', 'template.rollingUpdate', 'parameters.unknown']);
    expect([...all, ...composed].filter((code) => meaningOf(code) === undefined)).to.deep.equal([]);
  });

  it('that help and documents name are known', () => {
    const named = codesInHelp();
    expect(named).to.include.members(['swap.rolledBack', '4']);
    expect(named.filter((code) => meaningOf(code) === undefined)).to.deep.equal([]);
  });

  it('explain every exit code too, and nothing that is none', () => {
    expect(Object.values(EXIT).map((code) => [code, meaningOf(String(code))?.endsWith('.')])).to.deep.equal(
      Object.values(EXIT).map((code) => [code, true]),
    );
    for (const none of ['9', '04', 'toString', 'constructor', 'cfn-lint.X1', 'group.', ''])
      expect(meaningOf(none), none).to.equal(undefined);
  });

  it('are described in whole sentences', () => {
    expect(
      Object.entries(CODES)
        .filter(([, text]) => !/^\S.*\.$/s.test(text))
        .map(([code]) => code),
    ).to.deep.equal([]);
  });
});
