import { expect } from 'chai';
import ts from 'typescript';
import { read, repositoryFiles } from '../tidy/scan.js';
import { rowsUnder } from './house-page.js';

/** Phrasings that docs/WORDS.md lists, each with the better one beside it. */
const banned = rowsUnder(read('docs/WORDS.md'), 'Phrasings that are not used').flatMap(([cell = '']) =>
  cell.split(', '),
);

/** All texts in code that people may read, with the places of their lines. Comments are none. */
function textsIn(path: string): readonly { readonly text: string; readonly line: number }[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node))
      found.push({ text: node.text, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The banned phrasings in a text, whatever the size of its letters and wherever its lines break. */
function bannedIn(text: string): readonly string[] {
  const flat = text.toLowerCase().replace(/\s+/g, ' ');
  return banned.filter((phrase) => new RegExp(`(?<!\\w)${phrase.replace(/[?.]/g, '\\$&')}(?!\\w)`).test(flat));
}

describe('words', () => {
  const files = repositoryFiles();

  it('of pages hold no phrasing that docs/WORDS.md replaces', () => {
    const pages = files.filter((path) => /^(?:README|docs\/[\w-]+)\.md$/.test(path) && path !== 'docs/WORDS.md');
    expect(pages).to.include('README.md');
    expect(pages.flatMap((page) => bannedIn(read(page)).map((phrase) => `${page}: ${phrase}`))).to.deep.equal([]);
  });

  it('of help and messages hold none either', () => {
    const code = files.filter((path) => /^(?:commands|src\/(?!sandbox\/)).*\.ts$/.test(path));
    const texts = code.flatMap((path) => textsIn(path).map((found) => ({ path, ...found })));
    expect(texts.length).to.be.greaterThan(1_000);
    expect(
      texts.flatMap(({ path, text, line }) => bannedIn(text).map((phrase) => `${path}:${line}: ${phrase}`)),
    ).to.deep.equal([]);
  });

  it('would be noticed', () => {
    expect(banned.length).to.be.greaterThan(20);
    expect(bannedIn('STILL AT\n  IT; we hope')).to.deep.equal(['still at it', 'we hope']);
    expect(bannedIn('the words of AWSome')).to.deep.equal([]);
  });
});
