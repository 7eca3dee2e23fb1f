import { boolean } from '@oclif/core/flags';
import { parse } from '@oclif/core/parser';
import { expect } from 'chai';
import { COMMANDS } from '../../commands/index.js';
import { read, repositoryFiles } from '../tidy/scan.js';
import { commandLines } from './command-lines.js';

/** A command line of ours as a page shows it: in a code block or in backquotes. */
interface Shown {
  readonly page: string;
  readonly line: string;
}

interface CommandClass {
  readonly flags: Readonly<Record<string, { readonly char?: string; readonly allowNo?: boolean }>>;
}

/** What oclif reads of a command. */
type Readable = Pick<Parameters<typeof parse>[1], 'flags' | 'args' | 'strict'> & { readonly enableJsonFlag: boolean };

const pages = repositoryFiles().filter((path) => /^(?:README\.md|docs\/[\w-]+\.md)$/.test(path));
const files = repositoryFiles().flatMap(
  (path) => /^commands\/((?!(?:base|flags)\/)\w+\/[\w-]+)\.ts$/.exec(path)?.[1] ?? [],
);

describe('the pages', () => {
  const commands = new Map<string, CommandClass>(
    Object.entries(COMMANDS).map(([id, command]) => [id.replace(':', ' '), command]),
  );

  const shown = pages.flatMap((page) => commandLines(read(page)).map((line) => ({ page, line })));

  it('know every command that there is a file for', async () => {
    const known = new Set<unknown>(Object.values(COMMANDS));
    const made = await Promise.all(
      files.map(async (file) => [file, ((await import(`../../commands/${file}.js`)) as { default: unknown }).default]),
    );
    expect(made.length).to.equal(known.size);
    expect(made.filter(([, command]) => !known.has(command))).to.deep.equal([]);
  });

  it('show command lines', () => {
    expect(shown.length).to.be.greaterThan(20);
  });

  it('show only commands that exist, with flags that they have', () => {
    expect(shown.flatMap((one) => wrongIn(one, commands))).to.deep.equal([]);
  });

  it('offer whoever comes from another tool only flags that some test types', () => {
    const page = read('docs/COMING-FROM.md');
    const ours = page
      .split('\n')
      .flatMap((line) =>
        line.startsWith('|') ? ((line.replaceAll('\\|', '/').split('|')[2] ?? '').match(/--[a-z][a-z-]+/g) ?? []) : [],
      );
    const tests = repositoryFiles().filter(
      (path) => /^test\/commands\/[\w./-]+\.ts$/.test(path) && !path.endsWith('coming-from.story.ts'),
    );
    const typed = [...tests.map(read), ...commandLines(page)].join('\n');
    expect(ours.length).to.be.greaterThan(40);
    expect(
      [...new Set(ours)].filter((flag) => !new RegExp(`(?:^|['\\s])${flag}(?:['\\s]|$)`, 'm').test(typed)),
    ).to.deep.equal([]);
  });
});

/** The words of a line as a shell would make them; what comes behind `>` is the shell's. */
function shellWords(line: string): readonly string[] {
  const [mine = ''] = line.split(/ > /);
  return [...mine.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

describe('the examples of the help', () => {
  const examples = Object.entries(COMMANDS).flatMap(([id, command]) => {
    const { examples: shown = [] } = command as { readonly examples?: readonly string[] };
    return shown.map((line) => ({ id, command, line }));
  });

  it('are there for every command', () => {
    expect(Object.keys(COMMANDS).filter((id) => !examples.some((one) => one.id === id))).to.deep.equal([]);
  });

  for (const { id, command, line } of examples)
    it(`are read by their own command: ${line}`, async () => {
      const [bin, ...words] = shellWords(line.replace('<%= config.bin %>', 'ha-updater'));
      const name = id.split(':');
      expect([bin, ...words.slice(0, name.length)]).to.deep.equal(['ha-updater', ...name]);
      const { flags: own = {}, args = {}, strict = true, enableJsonFlag } = command as unknown as Readable;
      const flags = { ...own, ...(enableJsonFlag && { json: boolean() }) };
      // Throws for a flag, a value or an argument that the command does not take, and for one that is missing.
      await parse(words.slice(name.length), { flags, args, strict, '--': true });
    });
});

function wrongIn({ page, line }: Shown, commands: ReadonlyMap<string, CommandClass>): readonly string[] {
  // Quoted values may hold anything, also what looks like a flag of another program.
  const words = line.replace(/'[^']*'|"[^"]*"/g, 'VALUE').split(/\s+/);
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((words) => commands.has(words));
  const command = commands.get(name ?? '');
  if (name === undefined || command === undefined) return [`${page}: there is no such command: ${line}`];
  const known = Object.entries(command.flags).flatMap(([name, flag]) => [
    `--${name}`,
    ...(flag.allowNo === true ? [`--no-${name}`] : []),
    ...(flag.char === undefined ? [] : [`-${flag.char}`]),
  ]);
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/[=,;).].*$/, ''));
  return flags
    .filter((flag) => !known.includes(flag) && !['--json', '--help'].includes(flag))
    .map((flag) => `${page}: ${name} has no ${flag}: ${line}`);
}
