import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { read } from '../tidy/scan.js';
import { ROOT } from '../support/root.js';

/** What the package's root exports: the names with no docstring. */
function undocumented(path: string): { readonly names: readonly string[]; readonly without: readonly string[] } {
  const program = ts.createProgram([join(ROOT, path)], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(ROOT, path));
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
  const own = symbols.map((symbol) =>
    (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol,
  );
  return {
    names: own.map(({ name }) => name),
    without: own.filter((symbol) => symbol.getDocumentationComment(checker).length === 0).map(({ name }) => name),
  };
}

describe('what the package exports', function () {
  this.timeout(60_000);

  it('has a docstring for every name', () => {
    const { names, without } = undocumented('dist/src/library/index.d.ts');
    expect(names).to.include.members(['createUpdater', 'UpdaterError', 'Updater', 'RunEvent', 'EXIT']);
    expect(without).to.deep.equal([]);
  });

  it('is what package.json names as its root, and nothing deeper can be had', () => {
    const { exports, main, types } = JSON.parse(read('package.json')) as {
      readonly exports: Readonly<Record<string, unknown>>;
      readonly main: string;
      readonly types: string;
    };
    expect(exports['.']).to.deep.equal({ types: `./${types}`, default: `./${main}` });
    expect(main).to.equal('dist/src/library/index.js');
    expect(Object.keys(exports)).to.deep.equal(['.', './templates/*', './package.json']);
  });
});
