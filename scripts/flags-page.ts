import { Config } from '@oclif/core/config';
import { compareFlags } from '../commands/base/flag-order.js';

/** What is said of a flag in one or several commands. */
interface Row {
  readonly name: string;
  readonly flag: FlagFacts;
  readonly commands: string[];
}

type FlagFacts = Config['commands'][number]['flags'][string];

/** Where more is said of a flag than fits in its help. */
const MORE: Readonly<Record<string, string>> = {
  'after-terminate-command': 'see [Commands of your own](GATES.md#commands-of-your-own)',
  alarm: 'see [Alarms](GATES.md#alarms)',
  app: 'see [docs/CDK.md](CDK.md)',
  asg: 'see [Groups by name or tag](#groups-by-name-or-tag)',
  'before-terminate-command': 'see [Commands of your own](GATES.md#commands-of-your-own)',
  canary: 'see [Step by step](GATES.md#step-by-step)',
  'check-command': 'see [Commands of your own](GATES.md#commands-of-your-own)',
  config: 'see [SETTINGS.md](SETTINGS.md)',
  console: 'what looks like a secret is masked, the rest may hold some',
  'expect-account': 'see [docs/STACKS.md](STACKS.md)',
  force: 'suspended processes do not stop it and are all resumed in the end',
  history: 'see [docs/HISTORY.md](HISTORY.md)',
  lock: 'see [docs/LOCKS.md](LOCKS.md)',
  output: 'see [Output](#output)',
  'parameters-file': 'see [docs/PARAMETERS.md](PARAMETERS.md)',
  'change-calendar': 'see [CALENDAR.md](CALENDAR.md)',
  'despite-calendar': 'see [CALENDAR.md](CALENDAR.md)',
  metric: 'see [Metrics at every stage](GATES.md#metrics-at-every-stage)',
  'skip-elb-health-check': 'see [Force](GATES.md#force)',
  strategy: 'see [Rolling](ROLLING.md)',
  surge: 'parts are rounded up',
  swap: '`always` is for changes that the configuration does not show, such as code that user data pulls',
  unavailable: 'parts are rounded down',
};

const BEGIN = '<!-- Written by `npm run docs` from the flags of the commands. Change them there. -->';
const END = '<!-- End of what is written. -->';

/** The page with its table of all flags made anew; what stands around the table is written by hand. */
export function flagsPage(page: string, commands: Config['commands']): string {
  const [head = '', rest = ''] = page.split(BEGIN);
  const tail = rest.split(END)[1] ?? '';
  return `${head}${BEGIN}\n\n${table(commands).join('\n')}\n\n${END}${tail}`;
}

/** All commands of the tool in the root folder, as oclif reads them. */
export async function commandsIn(root: string): Promise<Config['commands']> {
  return (await Config.load({ root, ignoreManifest: true })).commands;
}

function table(commands: Config['commands']): readonly string[] {
  const names = commands.map(nameOf);
  const rows = new Map<string, Row>();
  for (const command of [...commands].sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)))) {
    for (const [name, flag] of Object.entries(command.flags)) {
      const key = `${name} ${flag.summary ?? flag.description ?? ''}`;
      const row = rows.get(key) ?? { name, flag, commands: [] };
      row.commands.push(nameOf(command));
      rows.set(key, row);
    }
  }
  return [
    '| flag | of | default | |',
    '|---|---|---|---|',
    ...[...rows.values()]
      .sort(byFlag)
      .map((row, index, all) =>
        [
          '',
          ` \`--${row.name}\` `,
          ` ${whose(row.commands, names)} `,
          defaultOf(row.flag),
          ` ${whatOf(row, all.findIndex(({ name }) => name === row.name) === index)} `,
          '',
        ].join('|'),
      ),
  ];
}

/** As the help of a command has them: essentials first, then by what they are for. */
function byFlag(one: Row, other: Row): number {
  return compareFlags({ ...one.flag, name: one.name }, { ...other.flag, name: other.name });
}

/** update-stack knows most flags, so a flag that says one thing in it and another one elsewhere begins there. */
function rank(command: Config['commands'][number]): number {
  const at = ['update-stack', 'update-asgs', 'restart'].indexOf(command.id);
  return at < 0 ? 3 : at;
}

function nameOf({ id }: { readonly id: string }): string {
  return id.replaceAll(':', ' ');
}

function whose(commands: readonly string[], all: readonly string[]): string {
  const others = all.filter((name) => !commands.includes(name));
  if (others.length === 0) return 'all';
  return others.length < 6 ? `all but ${others.join(', ')}` : commands.join(', ');
}

/** A default stands at the end of the help's sentence, in brackets, or is oclif's own. */
const DEFAULT = / \[default: (.*?)\]/;

function defaultOf({ summary = '', ...flag }: FlagFacts): string {
  const own = 'default' in flag && typeof flag.default === 'string' ? flag.default : undefined;
  const text = own ?? DEFAULT.exec(summary)?.[1];
  return text === undefined ? ' ' : ` ${escaped(text)} `;
}

/** What is said of the flag; more of it where it stands for the first time. */
function whatOf({ name, flag }: Row, first: boolean): string {
  const takes = 'helpValue' in flag && typeof flag.helpValue === 'string' ? `\`${escaped(flag.helpValue)}\`: ` : '';
  const options = ('options' in flag ? (flag.options as readonly string[] | undefined) : undefined) ?? [];
  const choices = options.length === 0 ? '' : ` (${options.map((one) => `\`${one}\``).join(', ')})`;
  const more = first && MORE[name] !== undefined ? `; ${MORE[name]}` : '';
  return `${takes}${escaped((flag.summary ?? flag.description ?? '').replace(DEFAULT, ''))}${choices}${more}`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
