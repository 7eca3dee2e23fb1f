import { expect } from 'chai';
import ts from 'typescript';
import { broken, markedIn } from './break.js';
import { compiledFiles } from './mutate.js';
import { MUTATIONS, type Breakage } from './rules.js';

const OF_THE_LANGUAGE: ReadonlySet<string> = new Set(['Promise', 'resolve']);

/** Names that the broken text uses and neither declares itself nor had before. */
function strangers(text: string, whole: string): string[] {
  const had = namesIn(whole);
  const declared = new Set([...text.matchAll(/\b(?:const|let) (\w+)/g)].map(([, name = '']) => name));
  return [...namesIn(text)].filter((name) => !had.has(name) && !declared.has(name) && !OF_THE_LANGUAGE.has(name));
}

function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.js', text, ts.ScriptTarget.Latest));
  return names;
}

describe('the rules that npm run sim:mutations breaks', () => {
  let files: ReadonlyMap<string, string>;
  before(async () => {
    files = await compiledFiles();
  });

  it('are named once each', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).to.equal(MUTATIONS.length);
  });

  it('are all that the sources mark', () => {
    const marked = [...files.values()].flatMap(markedIn);
    expect(marked.sort()).to.deep.equal(MUTATIONS.map(({ name }) => name).sort());
  });

  for (const mutation of MUTATIONS) {
    it(`${mutation.name} is marked in the sources and can be broken: ${mutation.rule}`, () => {
      const { file, text, whole } = broken(files, mutation);
      // A name that is gone would throw, and any test would seem to notice the rule.
      expect(strangers(text, whole)).to.deep.equal([]);
      const { diagnostics } = ts.transpileModule(text, {
        fileName: file,
        reportDiagnostics: true,
        compilerOptions: { allowJs: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      expect(diagnostics?.map(({ messageText }) => messageText)).to.deep.equal([]);
    });
  }
});

describe('breaking a rule', () => {
  const text = [
    'function f(a) {',
    '    // rule: asked',
    '    if (a && !g(a)) {',
    '        // rule: answered',
    '        return a + 1;',
    '    }',
    '    // rule: chosen',
    '    return a ? 1 : 2;',
    '}',
    '// rule: declared',
    '// rule: declared-too',
    'const b = [1, 2];',
    '',
  ].join('\n');
  const breakIt = (name: string, breaks: Breakage, files = new Map([['a.js', text]])): string =>
    broken(files, { name, rule: '', breaks }).text;

  for (const [name, breaks, line] of [
    ['asked', { condition: false }, '    if (false) {'],
    ['answered', { value: 'a' }, '        return a;'],
    ['chosen', { condition: true }, '    return true ? 1 : 2;'],
    ['declared', { value: '[]' }, 'const b = [];'],
    ['declared-too', { replace: [', 2', ''] }, 'const b = [1];'],
  ] as const) {
    it(`changes the marked statement alone: ${name}`, () => {
      const now = breakIt(name, breaks).split('\n');
      expect(now.filter((one, at) => one !== text.split('\n')[at])).to.deep.equal([line]);
    });
  }

  it('would notice a name that is gone', () => {
    expect(strangers('const early = gone(a); use(early);', 'use(a);')).to.deep.equal(['gone']);
  });

  it('refuses what is not marked, marked twice, or cannot be broken so', () => {
    const twice = new Map([
      ['a.js', text],
      ['b.js', text],
    ]);
    expect(() => breakIt('other', { condition: true })).to.throw('no source marks it');
    expect(() => breakIt('asked', { condition: true }, twice)).to.throw('more than once');
    expect(() => breakIt('declared', { condition: true })).to.throw('no condition');
    expect(() => breakIt('declared', { replace: ['3', ''] })).to.throw('0 times');
    expect(() => breakIt('declared', { value: '[1, 2]' })).to.throw('nothing would change');
  });
});
