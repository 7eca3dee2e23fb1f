import type { Config } from '@oclif/core/config';
import { EXIT_CODES } from '../src/render/exit-codes.js';

type Commands = Config['commands'];

/** Variables that are no flags. Every flag has a variable, too. */
const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['HA_UPDATER_LOCK_USERNAME, HA_UPDATER_LOCK_PASSWORD', 'Who logs in at the Redis server of --lock.'],
  ['HA_UPDATER_CONFIG', 'The settings file, like --config.'],
  ['HA_UPDATER_SPEED', 'Only with the sandbox: how much faster its time passes.'],
  ['AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID ...', 'Credentials and region, as every client of AWS reads them.'],
  ['NO_COLOR', 'When it is set, nothing is coloured.'],
];

/** `man ha-updater`, in roff: what it is, all commands, exit codes, variables, and where more is said. */
export function manPage(commands: Commands, description: string): string {
  const visible = commands.filter(({ hidden }) => !hidden).sort((one, other) => (one.id < other.id ? -1 : 1));
  return [
    `.\\" Written by npm run docs from the commands. Change them there.`,
    '.TH HA\\-UPDATER 1 "" "ha\\-updater" "User Commands"',
    '.SH NAME',
    'ha\\-updater \\- change a CloudFormation stack and replace its instances without serving with less',
    '.SH SYNOPSIS',
    '.B ha\\-updater',
    '.I COMMAND',
    '.RI [ ARGUMENTS ]',
    '.RI [ FLAGS ]',
    '.SH DESCRIPTION',
    roff(`${description}.`),
    '.PP',
    roff(
      'ha-updater COMMAND -h shows the flags that matter, and --help all of them. A failure ends with what ' +
        'happened, what serves now, what is left behind, and the exact next commands.',
    ),
    '.SH COMMANDS',
    ...visible.flatMap(({ id, summary = '' }) => ['.TP', `.B ${roff(id.replaceAll(':', ' '))}`, roff(`${summary}.`)]),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_CODES).flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH ENVIRONMENT',
    roff('A flag such as --warmup can be given as HA_UPDATER_WARMUP. Besides:'),
    ...VARIABLES.flatMap(([name, meaning]) => ['.TP', `.B ${roff(name)}`, roff(meaning)]),
    '.SH FILES',
    '.TP',
    '.B ha\\-updater.yml',
    roff('Settings, looked for in the working folder and above it, up to the root of the repository.'),
    '.SH SEE ALSO',
    roff('README.md and docs/README.md of the package, by question.'),
    '',
  ].join('\n');
}

/** Text as roff takes it: no line begins a request, and a hyphen is one that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
