import { expect } from 'chai';
import { NUMBERS } from '../src/config/numbers.js';
import { read, repositoryFiles } from './tidy/scan.js';

const readme = read('README.md');

describe('the README', () => {
  const names = repositoryFiles().flatMap((path) => /^commands\/((?:lock\/)?[\w-]+)\.ts$/.exec(path)?.[1] ?? []);

  const said = (name: string): string => name.replace('/', ' ');

  it('names every command', () => {
    expect(names).to.include('update-stack');
    expect(names.filter((name) => !new RegExp(`ha-updater (\\w+ STACK \\| )?${said(name)}\\b|\\| ${said(name)} STACK`).test(readme))).to.deep.equal([]);
  });

  it('names every flag of every command', async () => {
    const commands = await Promise.all(names.map(async (name) => ((await import(`../commands/${name}.js`)) as { default: { flags: object } }).default));
    const flags = commands.flatMap((command) => Object.keys(command.flags));
    expect([...new Set([...flags, 'json'])].filter((flag) => !new RegExp(`--${flag}\\b(?!-)`).test(readme))).to.deep.equal([]);
  });

  it('tells the default of every number', () => {
    const wrong = Object.entries(NUMBERS).filter(([name, { fallback }]) => !new RegExp(`^\\| \`--${name}\` \\| [^|]+ \\| ${fallback} \\|`, 'm').test(readme));
    expect(wrong.map(([name]) => name)).to.deep.equal([]);
  });

  it('points only to files that are there', () => {
    const files = repositoryFiles();
    const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
    expect(targets).not.to.deep.equal([]);
    expect(targets.filter((path) => !files.includes(path))).to.deep.equal([]);
  });
});
