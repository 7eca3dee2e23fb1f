/** Flags that most people need, in the order of their help, with what `-h` says of each in less than a line. */
export const ESSENTIAL_FLAGS: Readonly<Record<string, string>> = {
  template: "A file, https or s3 URL [default: the stack's own]",
  asg: 'Group by name instead of STACK; may be repeated',
  'parameters-file': 'Parameters from a file; may be repeated',
  only: 'Only this group of the stack; may be repeated',
  ssm: 'Command line that SSM runs on instances',
  exec: 'Command line that runs here for instances',
  quorum: 'What stays in service: a part or a number',
  strategy: 'All at once beside the old ones, or few by few',
  confirm: 'Show what would happen and ask first',
  region: 'AWS region [default: AWS_REGION, the profile]',
  profile: 'Profile of the AWS configuration files',
  output: 'auto, terminal, lines or jsonl [default: auto]',
  json: 'Print one JSON document',
};

const ESSENTIAL_NAMES = Object.keys(ESSENTIAL_FLAGS);

/** The groups of flags in the order in which a run comes to them; what goes for every command comes last. */
export const FLAG_GROUPS: readonly string[] = [
  '',
  'COMMAND',
  'STACK',
  'PARAMETERS',
  'GUARDS',
  'STATES OF THE STACK',
  'GROUPS',
  'SWAP',
  'ROLLING',
  'QUORUM',
  'GATES',
  'LIMITS',
  'LOCK',
  'HISTORY',
  'SERVER',
  'CONFORMANCE',
  'AWS',
  'OUTPUT',
  'GLOBAL',
];

/** What the order of two flags depends on. */
interface Ordered {
  readonly name: string;
  readonly helpGroup?: string | undefined;
}

/** Essentials first, then by group, then by name. */
export function compareFlags(one: Ordered, other: Ordered): number {
  return essential(one) - essential(other) || group(one) - group(other) || one.name.localeCompare(other.name);
}

function essential({ name }: Ordered): number {
  const at = ESSENTIAL_NAMES.indexOf(name);
  return at < 0 ? ESSENTIAL_NAMES.length : at;
}

function group({ helpGroup = '' }: Ordered): number {
  const at = FLAG_GROUPS.indexOf(helpGroup);
  return at < 0 ? FLAG_GROUPS.length : at;
}
