import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STORIES } from '../src/conformance/stories/index.js';

/** What the code or the sandbox takes for true of AWS, as the comment beside it says. */
export interface Fact {
  /** What it is about: the comment without its source. */
  readonly what: string;
  /** What it is beside: the name that is declared there, with its value where that is short. */
  readonly name: string;
  /** AWS's page or model member; absent where none says it. */
  readonly source?: string;
  /** Relative to the root. */
  readonly file: string;
}

/** What `docs/AWS-FACTS.md` is divided into, by where a file is. */
const AREAS: readonly (readonly [string, RegExp])[] = [
  ['What is asked of AWS, and how its answers are read', /^src\/(aws|cdk|history|notify|lock)\//],
  ['What is decided by', /^src\/(decide|engine|config|app|run|model|text|check|[\w-]+\.ts)/],
  ['Templates', /^src\/template\//],
  ['The sandbox: Auto Scaling', /^src\/sandbox\/world\/autoscaling\//],
  ['The sandbox: load balancers', /^src\/sandbox\/world\/elb/],
  ['The sandbox: CloudFormation', /^src\/sandbox\/world\/cloudformation\//],
  ['The sandbox: EC2', /^src\/sandbox\/world\/ec2\//],
  ['The sandbox: all else', /^src\/sandbox\//],
];

const COMMENT = /\/\*\*?([\s\S]*?)\*\/[ \t]*\n?([^\n]*)|((?:^[ \t]*\/\/[^\n]*\n)+)([^\n]*)/gm;
/** Roles are assumed as well, which is no assumption. */
const ASSUMED = /^(?!.*\broles?\b).*(\bassumed\b|\bis not documented\b)/i;

/** The facts that the comments of a file tell: those with a `Source:`, and those that say that something is assumed. */
export function factsIn(text: string, file: string): readonly Fact[] {
  return [...text.matchAll(COMMENT)].flatMap(([, block, after = '', lines, below = '']): readonly Fact[] => {
    const comment = (block ?? lines ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*(\*|\/\/)? ?/, ''))
      .join(' ')
      .replace(/\s+/g, ' ')
      .replace(/ @(param|throws|returns)\b.*$/, '')
      .trim();
    const at = comment.search(/\bSource: /);
    if (at < 0 && !ASSUMED.test(comment)) return [];
    const what = at < 0 ? comment : comment.slice(0, at).trim();
    const source = at < 0 ? undefined : comment.slice(at + 'Source: '.length).replace(/\.$/, '');
    return [
      { what, name: declared(block === undefined ? below : after), file, ...(source !== undefined && { source }) },
    ];
  });
}

/** The name that a line declares, with its value where that is a number, a text or a list of either. */
function declared(line: string): string {
  const [, named] = /\b(?:const|let|function|interface|type|class) (\w+)/.exec(line) ?? [];
  const [, member] = /^\s*(?:readonly )?(\w+)\??[:(]/.exec(line) ?? [];
  const name = named ?? member ?? '';
  const [, value = ''] = /=\s*([\d_]+|'[^']{1,40}'|\[[^\]]{1,40}\])[;,]?\s*$/.exec(line) ?? [];
  return value === '' ? name : `${name} = ${value}`;
}

/** All facts that the sources tell, in the order of their files. */
export function allFacts(): readonly Fact[] {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    // What is told to others than AWS has sources of its own.
    .filter((name) => name.endsWith('.ts') && !name.startsWith('src/render/'))
    .sort();
  return files.flatMap((file) => factsIn(readFileSync(`${root}${file}`, 'utf8'), file));
}

/** docs/AWS-FACTS.md: all of them, by area. */
export function factsPage(): string {
  const facts = allFacts();
  const areaOf = ({ file }: Fact): string | undefined => AREAS.find(([, where]) => where.test(file))?.[0];
  const outside = facts.find((fact) => areaOf(fact) === undefined);
  if (outside !== undefined) throw new Error(`scripts/facts-page.ts has no area for ${outside.file}.`);
  const parts = AREAS.map(([title]) => ({ title, facts: facts.filter((fact) => areaOf(fact) === title) }));
  const assumed = facts.filter(isAssumed).length;
  return [
    '# What is taken for true of AWS',
    '',
    'The comments in the code say where AWS documents what the code relies on, and what is only assumed. This page is',
    `made of them by \`npm run docs\`: ${facts.length} facts, of which **${assumed} are assumed**, wholly or in part.`,
    'None of them was tried on AWS by a test of this repository; those with the name of a story can be, by somebody',
    'who has an account ([CONFORMANCE.md](CONFORMANCE.md)). Which lengths, patterns and values AWS takes is not here:',
    'the sandbox has those from its API models (`npm run constraints`). What a member of a model gives is compared',
    'with the newest ones by `npm run facts`.',
    ...parts.flatMap(({ title, facts: some }) => (some.length === 0 ? [] : ['', `## ${title}`, '', ...table(some)])),
    '',
  ].join('\n');
}

export function isAssumed({ what, source = '' }: Fact): boolean {
  return ASSUMED.test(`${what} ${source}`);
}

function table(facts: readonly Fact[]): readonly string[] {
  return [
    '| beside | what | source |',
    '|---|---|---|',
    ...facts.map((fact) => {
      const beside = `${fact.name === '' ? '' : `\`${fact.name}\` `}in \`${fact.file}\``;
      const tried = STORIES.filter(({ facts: some }) => some.includes(besideOf(fact))).map(({ name }) => `\`${name}\``);
      const source = [isAssumed(fact) ? '**assumed**' : '', cell(fact.source ?? '')]
        .filter((one) => one !== '')
        .join(' ');
      return `| ${cell(beside)} | ${cell(fact.what)} | ${[source, ...tried].join('; story ')} |`;
    }),
  ];
}

/** What a fact is beside, as stories name it: `NAME in FILE`. */
export function besideOf({ name, file }: Fact): string {
  return `${name === '' ? '' : `${name} `}in ${file}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
