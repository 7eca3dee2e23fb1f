import { dirname } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { read, repositoryFiles } from '../tidy/scan.js';
import { glossaryOf, leadingWords, roomsDrawn, rowsUnder, wordsOf } from './house-page.js';

const page = read('docs/ARCHITECTURE.md');
const files = repositoryFiles();
const code = files.filter((path) => /^(src|commands)\/.*\.ts$/.test(path));

/** The folder of each file and all above it, below the root. */
function foldersOf(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths)
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) found.add(folder);
  return [...found];
}

/** The names that a file exports, as it declares them. */
function exportsOf(path: string): string[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return source.statements.flatMap((node) => {
    if (!ts.canHaveModifiers(node) || !ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      return [];
    if (ts.isVariableStatement(node))
      return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    const { name } = node as ts.DeclarationStatement;
    return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
  });
}

describe('docs/ARCHITECTURE.md', () => {
  const glossary = glossaryOf(page);
  const topics = rowsUnder(page, 'Where is it decided, read or said');

  it('draws every room of the house, and no other', () => {
    expect(roomsDrawn(page).sort()).to.deep.equal(foldersOf(code).sort());
  });

  it('names at least 24 topics in the words of a user', () => {
    expect(topics.length).to.be.at.least(24);
  });

  for (const [topic = '', place = ''] of topics) {
    const path = place.replaceAll('`', '');
    it(`leads from "${topic}" to a file by the words of its path`, () => {
      expect(files).to.include(path);
      expect(leadingWords(topic, path, glossary)).not.to.deep.equal([]);
    });
  }

  it('has a glossary whose other words are in no name of a file or an export', () => {
    const banned = new Set(glossary.flatMap(({ insteadOf }) => insteadOf.filter((word) => /^[a-z]+$/.test(word))));
    const ours = code.filter((path) => !path.startsWith('src/sandbox/'));
    const inPaths = code.filter((path) => wordsOf(path).some((word) => banned.has(word)));
    const inNames = ours.flatMap((path) =>
      exportsOf(path)
        .filter((name) => wordsOf(name).some((word) => banned.has(word)))
        .map((name) => `${path}: ${name}`),
    );
    expect([...inPaths, ...inNames]).to.deep.equal([]);
  });

  it('would notice', () => {
    expect(roomsDrawn('## The house\n\n```\nsrc/  x\n  a/  y\n    b/  z\n  c.ts\n  d/  z\n```\n')).to.deep.equal([
      'src',
      'src/a',
      'src/a/b',
      'src/d',
    ]);
    const terms = [{ word: 'roll back', insteadOf: ['undo', 'revert'] }];
    expect(leadingWords('how a swap is undone', 'src/decide/quorum.ts', terms)).to.deep.equal([]);
    expect(leadingWords('the order in which they go', 'src/decide/termination-order.ts', terms)).to.deep.equal([
      'order',
    ]);
    expect(leadingWords('to undo a swap', 'src/decide/roll-back.ts', terms)).to.deep.equal(['roll', 'back']);
  });
});
