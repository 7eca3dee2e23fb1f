import { singleQuoted } from '../text/shell-quote.js';

/** The shells for which there is a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A flag of a command, as far as a shell completes it. */
interface CompletedFlag {
  readonly name: string;
  readonly summary: string;
  /** It is followed by a value. */
  readonly takesValue: boolean;
  /** The values that there are; absent where anything goes. */
  readonly options?: readonly string[];
  /** `--no-NAME` is there too. */
  readonly negatable: boolean;
}

/** A command with its flags. */
export interface CompletedCommand {
  /** One word, or two: `lock show`. */
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
}

/** The script that makes a shell complete the commands, their flags and the values of flags. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): readonly string[] {
  return { bash, zsh, fish }[shell](commands);
}

/** The words of a flag on the command line. */
function spellings({ name, negatable }: CompletedFlag): readonly string[] {
  return negatable ? [`--${name}`, `--no-${name}`] : [`--${name}`];
}

/** First words, each once; those of two words have several second ones. */
function firstWords(commands: readonly CompletedCommand[]): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
}

function secondWords(commands: readonly CompletedCommand[], first: string): readonly CompletedCommand[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `));
}

function lastWord({ name }: { readonly name: string }): string {
  return name.slice(name.lastIndexOf(' ') + 1);
}

/** The words that have others after them. */
function topics(commands: readonly CompletedCommand[]): readonly string[] {
  return firstWords(commands).filter((first) => secondWords(commands, first).length > 0);
}

function bash(commands: readonly CompletedCommand[]): readonly string[] {
  const seconds = topics(commands).flatMap((first) => [
    `    ${first})`,
    `      if ((COMP_CWORD == 2)); then ${bashOffers(secondWords(commands, first).map(lastWord))} return; fi`,
    '      command="$command ${COMP_WORDS[2]}" ;;',
  ]);
  const values = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ name: flag, options }) =>
      options === undefined ? [] : [`    ${singleQuoted(`${name} --${flag}`)}) ${bashOffers(options)} return ;;`],
    ),
  );
  const free = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue, options }) => takesValue && options === undefined)
      .map((flag) => `${name} --${flag.name}`),
  );
  const flagLists = commands.map(
    ({ name, flags }) => `    ${singleQuoted(name)}) flags=${singleQuoted(flags.flatMap(spellings).join(' '))} ;;`,
  );
  return [
    '# Completion of ha-updater for bash: source it, or put it where bash-completion looks.',
    '_ha_updater() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} flags=',
    '  COMPREPLY=()',
    '  # bash takes the = of --flag=value for a word.',
    '  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi',
    `  if ((COMP_CWORD == 1)); then ${bashOffers(firstWords(commands))} return; fi`,
    '  case $command in',
    ...seconds,
    '  esac',
    '  case "$command $before" in',
    ...values,
    `    ${free.map(singleQuoted).join('|')}) return ;;`,
    '  esac',
    '  case $command in',
    ...flagLists,
    '  esac',
    '  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); fi',
    '}',
    'complete -o default -F _ha_updater ha-updater',
  ];
}

/** Offers those of these words that begin like the one that is typed. */
function bashOffers(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${singleQuoted(words.join(' '))} -- "$word"));`;
}

function zsh(commands: readonly CompletedCommand[]): readonly string[] {
  const described = (all: readonly { readonly word: string; readonly summary: string }[]): string =>
    all.map(({ word, summary }) => singleQuoted(`${word}:${summary.replaceAll(':', '\\:')}`)).join(' ');
  const spec = (flag: CompletedFlag): readonly string[] => {
    const about = `[${flag.summary.replace(/[[\]\\]/g, '\\$&')}]`;
    if (!flag.takesValue) return spellings(flag).map((word) => singleQuoted(`${word}${about}`));
    const value = flag.options === undefined ? '_files' : `(${flag.options.join(' ')})`;
    return [singleQuoted(`*--${flag.name}=${about}:value:${value}`)];
  };
  const call = ({ flags }: CompletedCommand): string =>
    `_arguments ${flags.flatMap(spec).join(' ')} '*:argument:_files'`;
  const branch = (first: string): readonly string[] => {
    const seconds = secondWords(commands, first);
    const own = commands.find(({ name }) => name === first);
    if (own !== undefined) return [`    ${first}) ${call(own)} ;;`];
    const words = seconds.map(({ name, summary }) => ({ word: lastWord({ name }), summary }));
    return [
      `    ${first})`,
      `      if (( CURRENT == 2 )); then all=(${described(words)}); _describe command all; return; fi`,
      '      first=$words[2]; shift words; (( CURRENT-- ))',
      '      case $first in',
      ...seconds.map((one) => `        ${lastWord(one)}) ${call(one)} ;;`),
      '      esac ;;',
    ];
  };
  const tops = firstWords(commands).map((word) => ({
    word,
    summary: (commands.find(({ name }) => name === word) ?? secondWords(commands, word)[0])?.summary ?? '',
  }));
  return [
    '#compdef ha-updater',
    '# Completion of ha-updater for zsh: source it after compinit, or put it into a folder of $fpath as _ha-updater',
    '_ha-updater() {',
    '  local -a all',
    `  if (( CURRENT == 2 )); then all=(${described(tops)}); _describe command all; return; fi`,
    '  local first=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $first in',
    ...firstWords(commands).flatMap(branch),
    '  esac',
    '}',
    'if [[ $funcstack[1] == _ha-updater ]]; then _ha-updater "$@"; else compdef _ha-updater ha-updater; fi',
  ];
}

function fish(commands: readonly CompletedCommand[]): readonly string[] {
  const add = (condition: string, rest: string): string =>
    `complete -c ha-updater -n ${singleQuoted(condition)} ${rest}`;
  const seen = (name: string): string =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
  const first = firstWords(commands).map((word) => {
    const summary = (commands.find(({ name }) => name === word) ?? secondWords(commands, word)[0])?.summary ?? '';
    return add('__fish_use_subcommand', `-f -a ${word} -d ${fishQuoted(summary)}`);
  });
  const second = topics(commands).flatMap((topic) => {
    const words = secondWords(commands, topic).map(({ name, summary }) => ({ word: lastWord({ name }), summary }));
    const open = `${seen(topic)}; and not __fish_seen_subcommand_from ${words.map(({ word }) => word).join(' ')}`;
    return words.map(({ word, summary }) => add(open, `-f -a ${word} -d ${fishQuoted(summary)}`));
  });
  const flags = commands.flatMap((command) =>
    command.flags.flatMap((flag) =>
      spellings(flag).map((word) => {
        const values = flag.options === undefined ? '-r' : `-x -a ${singleQuoted(flag.options.join(' '))}`;
        const takes = flag.takesValue ? ` ${values}` : '';
        return add(seen(command.name), `-l ${word.slice(2)}${takes} -d ${fishQuoted(flag.summary)}`);
      }),
    ),
  );
  return [
    '# Completion of ha-updater for fish: source it, or put it into ~/.config/fish/completions/ha-updater.fish',
    ...first,
    ...second,
    ...flags,
  ];
}

/** fish keeps a backslash before a quote, unlike other shells. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
