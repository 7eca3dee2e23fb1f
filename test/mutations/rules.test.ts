import { expect } from 'chai';
import ts from 'typescript';
import { broken, markedIn } from './break.js';
import { compiledFiles } from './mutate.js';
import { MUTATIONS, type Breakage } from './rules.js';

/** Of the language and of node: they are there everywhere. */
const GLOBAL: ReadonlySet<string> = new Set([
  'Promise',
  'undefined',
  'Math',
  'Object',
  'Array',
  'Set',
  'Map',
  'Number',
  'String',
]);

/**
 * Names that a text uses where nothing of that name is in scope: it would throw there, and any test would seem to notice
 * the rule. The whole file is bound as the compiler does it; its imports need not be there.
 */
function outOfScope(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = {
    getSourceFile: (name) => (name === file ? source : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => name === file,
    readFile: () => undefined,
  };
  const program = ts.createProgram([file], { allowJs: true, noLib: true, noResolve: true, types: [] }, host);
  const checker = program.getTypeChecker();
  const unknown = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isOfSomething(node) && symbolOf(node) === undefined) unknown.add(node.text);
    ts.forEachChild(node, visit);
  };
  const symbolOf = (node: ts.Identifier): ts.Symbol | undefined =>
    ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
  visit(source);
  return [...unknown];
}

/** The name of a member: `b` in `a.b` and in `const { b: c } = a`. */
function isOfSomething(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}

/** By the whole text of a file. */
const NODES = new Map<string, ReadonlySet<string>>();

/** Names out of scope in the broken text that the whole one does not have out of scope as well: those are node's own. */
function strangers(file: string, text: string, whole: string): readonly string[] {
  const nodes = NODES.get(whole) ?? new Set(outOfScope(file, whole));
  NODES.set(whole, nodes);
  return outOfScope(file, text).filter((name) => !nodes.has(name) && !GLOBAL.has(name));
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
      expect(strangers(file, text, whole)).to.deep.equal([]);
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
    const whole = 'import { use } from "x"; function f(a) { const b = a; use(b); } function g(c) { use(c); }';
    expect(strangers('a.js', whole.replace('use(c)', 'use(gone(c))'), whole)).to.deep.equal(['gone']);
    // It is in the file, but not in this function.
    expect(strangers('a.js', whole.replace('use(c)', 'use(b)'), whole)).to.deep.equal(['b']);
    expect(strangers('a.js', whole.replace('use(c)', 'const d = [c]; use({ d })'), whole)).to.deep.equal([]);
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
