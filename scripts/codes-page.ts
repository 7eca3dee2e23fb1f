import { CODES } from '../src/render/codes.js';

/** What the first word of a code is about, in the order of the page. */
const ABOUT: Readonly<Record<string, string>> = {
  '': 'Any run',
  usage: 'The command line',
  config: 'Settings',
  check: 'Checking a run',
  conformance: 'Comparing with AWS',
  aws: 'Calls to AWS',
  run: 'The run',
  machine: 'This machine',
  clock: 'The clock of this machine',
  permission: 'Permissions, as doctor asks IAM',
  room: 'Room for the instances of a rollout, as doctor looks',
  parameters: 'Parameters',
  template: 'Templates',
  lint: 'cfn-lint',
  change: 'What a change set holds',
  stack: 'Stacks',
  outputs: 'Outputs',
  output: 'Files of a run',
  cdk: 'CDK',
  target: 'Which groups are meant',
  group: 'Groups',
  image: 'Another image for groups without a stack',
  balancer: 'Load balancers',
  alarm: 'Alarms',
  metric: 'Metrics',
  calendar: 'Change calendars',
  swap: 'Swaps and rolling rollouts',
  restart: 'Restarts',
  cancel: 'Cancelling',
  rollback: 'Rolling back',
  revert: 'Going back to the former stack',
  history: 'The history of a stack',
  lock: 'Strict locks',
  server: 'The function for rollouts on Lambda',
  fleet: 'Fleets',
  watch: 'Rollouts that are watched',
  diagnose: 'Why it went wrong',
  guard: 'The last check before a change',
};

/** docs/CODES.md: every code with what it means, by what it is about. @throws when a code is about nothing known */
export function codesPage(): string {
  const subjectOf = (code: string): string => (code.includes('.') ? code.slice(0, code.indexOf('.')) : '');
  const strange = Object.keys(CODES).filter((code) => ABOUT[subjectOf(code)] === undefined);
  if (strange.length > 0) throw new Error(`Name in scripts/codes-page.ts what these are about: ${strange.join(', ')}.`);
  const parts = Object.entries(ABOUT).flatMap(([subject, title]) => {
    const rows = Object.entries(CODES).filter(([code]) => subjectOf(code) === subject);
    if (rows.length === 0) return [];
    const lines = rows
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`);
    return ['', `## ${title}`, '', '| code | meaning |', '|---|---|', ...lines];
  });
  return [
    '# Codes',
    '',
    'Messages, findings and failures end with a code in brackets, such as `[swap.rolledBack]`. A code never gets',
    'another meaning, so scripts can look for it in `--json`. `ha-updater explain CODE` says the same at the command',
    'line; it also explains [exit codes](EXIT-CODES.md), and rules of cfn-lint, whose codes are `cfn-lint.` and the',
    'name of the rule.',
    '',
    '<!-- Written by `npm run docs` from src/render/codes.ts. Change them there. -->',
    ...parts,
    '',
  ].join('\n');
}
