import type { Command } from '@oclif/core/command';
import { CommandHelp, Help } from '@oclif/core/help';
import { compareFlags, ESSENTIAL_FLAGS, FLAG_GROUPS } from './flag-order.js';

/** So many flags are no burden: of a command with no more of them, `-h` shows all. */
const FEW = 8;

const HELP: ReadonlySet<string> = new Set(['-h', '--help']);

/** `-h` fits a screen: how to call the command, and the flags that matter. `--help` shows everything. */
export default class TwoHelps extends Help {
  private short = false;

  override async showHelp(argv: string[]): Promise<void> {
    this.short = argv.includes('-h') && !argv.includes('--help');
    try {
      await super.showHelp(argv);
    } catch (error) {
      if (!(error instanceof Error && /^Command .* not found\.$/.test(error.message))) throw error;
      const { answerUnknown } = await import('./not-found.js');
      const [id = '', ...others] = argv.filter((word) => !HELP.has(word));
      await answerUnknown(id, others, this.config);
    }
  }

  protected override getCommandHelpClass(command: Command.Loadable): CommandHelp {
    return new OrderedHelp(command, this.config, { ...this.opts, flagSortOrder: 'none' }, this.short);
  }
}

/** The help of one command, with its flags in an order that can be guessed: essentials first. */
class OrderedHelp extends CommandHelp {
  constructor(
    command: ConstructorParameters<typeof CommandHelp>[0],
    config: ConstructorParameters<typeof CommandHelp>[1],
    options: ConstructorParameters<typeof CommandHelp>[2],
    private readonly short: boolean,
  ) {
    super(command, config, options);
  }

  override generate(): string {
    const name = this.command.id.replaceAll(':', ' ');
    return this.short
      ? `${super.generate()}\n\nAll flags, and examples: ${this.config.bin} ${name} --help`
      : super.generate();
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    const all = super.sections();
    return this.short ? all.filter(({ header }) => header === 'USAGE' || header === 'FLAGS') : all;
  }

  /** STACK and KEY=VALUE are one list for oclif, whose own name for it says nothing. */
  protected override args(args: Command.Arg.Any[]): ReturnType<CommandHelp['args']> {
    return super.args(args.map((arg) => (arg.name === 'words' ? { ...arg, name: 'STACK KEY=VALUE' } : arg)));
  }

  protected override flags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['flags']> {
    return super.flags(this.short ? flags.map(inShort) : flags);
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const sorted = [...flags].sort(compareFlags);
    const few = sorted.length <= FEW;
    const mainFlags = sorted.filter(
      ({ name, helpGroup }) => helpGroup === undefined || name in ESSENTIAL_FLAGS || (few && this.short),
    );
    if (this.short) return { flagGroups: {}, mainFlags: few ? mainFlags : mainFlags.filter(isEssential) };
    const others = sorted.filter((flag) => !mainFlags.includes(flag));
    const names = [...new Set([...FLAG_GROUPS, ...others.map(({ helpGroup = '' }) => helpGroup)])];
    const flagGroups = Object.fromEntries(
      names.map((name) => [name, others.filter(({ helpGroup = '' }) => helpGroup === name)] as const),
    );
    return { flagGroups, mainFlags };
  }
}

function isEssential({ name }: Command.Flag.Any): boolean {
  return name in ESSENTIAL_FLAGS;
}

/** The flag in about a line: up to three choices stand beside it, and long sentences end at a semicolon. */
function inShort(flag: Command.Flag.Any): Command.Flag.Any {
  const [first = ''] = (flag.summary ?? flag.description ?? '').split(/;| \[default/);
  const summary = ESSENTIAL_FLAGS[flag.name] ?? first;
  if (flag.type === 'boolean') return { ...flag, summary };
  const short = { ...flag, summary, default: undefined };
  const { options = [] } = flag;
  return options.length === 0 ? short : { ...short, helpValue: options.length > 3 ? 'HOW' : options.join('|') };
}
