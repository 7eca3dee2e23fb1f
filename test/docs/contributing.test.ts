import { expect } from 'chai';
import { read, repositoryFiles } from '../tidy/scan.js';

const page = read('CONTRIBUTING.md');
const files = repositoryFiles();
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Places that code or text names from the root of the repository: `src/decide`, docs/FLAGS.md, `.changeset`. */
function placesIn(text: string): readonly string[] {
  const below =
    /(?<![\w./-])(?:(?:\.ci|commands|docs|scripts|src|templates|test)\/[\w./-]*\w|\.changeset\b|[A-Z]+\.md)/g;
  return [...text.matchAll(below)].map(([place]) => place);
}

/** Whether a place is a file of the repository, or a folder with files. */
const isThere = (place: string): boolean => files.some((file) => file === place || file.startsWith(`${place}/`));

/** Scripts that text calls (`npm run NAME`), and those in the first column of its table of commands. */
function scriptsIn(text: string): readonly string[] {
  const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  const rows = [...text.matchAll(/^\| ((?:`[\w:]+`(?:, )?)+) \| .+ \| .+ \|$/gm)];
  return [
    ...called,
    ...rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([\w:]+)`/g)].map(([, name = '']) => name)),
  ];
}

describe('CONTRIBUTING.md', () => {
  it('names only files and folders that are there', () => {
    expect(placesIn(page)).to.include.members(['src/decide/guard', 'docs/STYLE.md', '.ci/run', 'README.md']);
    expect(placesIn(page).filter((place) => !isThere(place))).to.deep.equal([]);
  });

  it('names only scripts that package.json has', () => {
    expect(scriptsIn(page).filter((name) => scripts[name] === undefined)).to.deep.equal([]);
  });

  it('has a row for each script that people call', () => {
    const byNpm = ['prepare', 'prepack', 'postpack'];
    const rows = scriptsIn(page.replaceAll(/npm run [\w:-]+/g, ''));
    expect(Object.keys(scripts).filter((name) => !byNpm.includes(name) && !rows.includes(name))).to.deep.equal([]);
  });

  it('would notice', () => {
    expect(placesIn('see `src/nowhere/a.ts`, docs/NO.md and LOST.md.')).to.deep.equal([
      'src/nowhere/a.ts',
      'docs/NO.md',
      'LOST.md',
    ]);
    expect(['src/nowhere', 'src/decid'].filter(isThere)).to.deep.equal([]);
    expect(scriptsIn('| `a`, `b:c` | does | 1 s |\n\n    npm run d -- --x')).to.deep.equal(['d', 'a', 'b:c']);
  });
});
