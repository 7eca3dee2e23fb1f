import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { COMMANDS } from '../commands/index.js';
import { NUMBERS } from '../src/config/numbers.js';
import { read, repositoryFiles } from './tidy/scan.js';

const readme = read('README.md');
/** The reference of all flags, to which the README points. */
const flagsPage = read('docs/FLAGS.md');

/** A reader gives a README some minutes. What is new gets a page below docs, and one line in the README. */
const MOST_WORDS = 1_500;

const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

describe('the README', () => {
  it(`has at most ${MOST_WORDS} words`, () => {
    expect(wordsIn(' one `two`\n | three |\n')).to.equal(5);
    expect(wordsIn(readme)).to.be.at.most(MOST_WORDS);
  });

  it('has its sections in the order in which a reader needs them', () => {
    const titles = [...readme.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(titles).to.deep.equal([
      'Install',
      'Try it: 60 seconds, no account',
      'First use on AWS',
      'Going back',
      'In a pipeline',
      'Commands',
      'More',
    ]);
  });

  it('says what it was never tested against, before it says how to install it', () => {
    expect(readme.split('## Install')[0]).to.include('never run against AWS itself');
  });

  it('leads to an index that has every page', () => {
    expect(readme).to.include('](docs/README.md)');
    const index = read('docs/README.md');
    const pages = repositoryFiles().flatMap((path) => /^docs\/([\w-]+\.md)$/.exec(path)?.[1] ?? []);
    expect(pages).to.include('CONCEPTS.md');
    expect(pages.filter((page) => page !== 'README.md' && !index.includes(`](${page})`))).to.deep.equal([]);
  });

  const names = Object.keys(COMMANDS);

  const said = (name: string): string => name.replace(':', ' ');

  it('names every command', () => {
    expect(names).to.include('update-stack');
    expect(
      names.filter(
        (name) =>
          !new RegExp(`ha-updater (\\w+ STACK \\| )?${said(name)}\\b|\\| ${said(name)} (STACK|FILE)\\b`).test(readme),
      ),
    ).to.deep.equal([]);
  });

  it('points to a page that names every flag of every command', () => {
    expect(readme).to.include('](docs/FLAGS.md)');
    const flags = Object.values(COMMANDS).flatMap((command) => Object.keys(command.flags));
    expect(
      [...new Set([...flags, 'json'])].filter((flag) => !new RegExp(`--${flag}\\b(?!-)`).test(flagsPage)),
    ).to.deep.equal([]);
  });

  it('points to a page that tells the default of every number', () => {
    const wrong = Object.entries(NUMBERS).filter(
      ([name, { fallback }]) => !new RegExp(`^\\| \`--${name}\` \\| [^|]+ \\| ${fallback} \\|`, 'm').test(flagsPage),
    );
    expect(wrong.map(([name]) => name)).to.deep.equal([]);
  });

  it('and the pages point only to files and sections that are there', () => {
    const files = repositoryFiles();
    const pages = files.filter((path) => /^(?:README|docs\/[\w-]+)\.md$/.test(path));
    const anchors = (path: string): readonly string[] =>
      [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
    const targets = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^):]+)\)/g)].map(([, target = '']) => ({ page, target })),
    );
    expect(targets.length).to.be.greaterThan(30);
    const wrong = targets.filter(({ page, target }) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      return (
        !files.some((one) => one === file || one.startsWith(`${file}/`)) ||
        (anchor !== undefined && !anchors(file).includes(anchor))
      );
    });
    expect(wrong).to.deep.equal([]);
  });
});
