import { read, repositoryFiles } from '../tidy/scan.js';
import { commandLines } from './command-lines.js';

/** The pages but for the README, whose lines have a test of their own. */
const pages = repositoryFiles().filter((path) => /^docs\/[\w-]+\.md$/.test(path));

/** Each command line of the pages once, without remarks and the shell's own words, in the order in which they stand. */
export function pageCommands(): readonly string[] {
  const lines = pages.flatMap((page) => commandLines(read(page)));
  return [
    ...new Set(
      lines.map((line) =>
        line
          .replace(/\s+#.*$/, '')
          .replace(/\s+/g, ' ')
          .trim(),
      ),
    ),
  ];
}

/** What stands for a name on a page, and the name that it has in the world in which the lines are run. */
const STANDS_FOR: readonly (readonly [RegExp, string])[] = [
  [/\bSTACK \[KEY=VALUE\.\.\.\]/, 'web ImageId=ami-0123456789abcdef1'],
  [/\bmy-stack-Web-1ABC\b/, 'Group'],
  [/\b(?:STACK|my-stack)\b/g, 'web'],
  [/--only Web\b/, '--only Group'],
  [/--elb (?:NAME|web)\b/, '--elb solo-classic'],
  [/\bNAME\b/g, 'solo'],
  [/\bPREFIX\b/, 'solo'],
  [/(--surge|--unavailable) N\b/, '$1 1'],
  [/\bCODE\b/, 'swap.rolledBack'],
  [/"\$IMAGE"/, 'ami-0123456789abcdef1'],
  [/ > .*$/, ''],
];

/** The words of a line as a shell would make them, with names that are there. */
export function wordsOf(line: string): readonly string[] {
  const named = STANDS_FOR.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
  return [...named.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}

/** Lines that do not end with 0 in a world in which no rollout is under way, and their exit codes. */
export const ENDS_WITH: Readonly<Record<string, number>> = {
  // There is nothing to cancel.
  'cancel STACK': 3,
  'cancel web': 3,
};

/** Lines that are not run here: why, and what runs the same; '' where nothing is to be run. */
export const NOT_RUN: readonly {
  readonly why: string;
  readonly runBy: string;
  readonly lines: readonly string[];
}[] = [
  {
    why: 'the name of a command, not a line to type',
    runBy: '',
    lines: ['restart', 'watch', 'cancel', 'check', 'rollback', 'unfreeze', 'server deploy', 'server remove rollouts'],
  },
  {
    why: 'serves until it is ended',
    runBy: 'test/commands/sandbox.story.ts',
    lines: ['sandbox', 'sandbox --speed 20', 'sandbox --scenario templates/scenario.yaml --speed 20'],
  },
  {
    why: 'makes things in an account',
    runBy: 'test/conformance/command.test.ts',
    lines: [
      'conformance --accounts 123456789012 --report conformance.json',
      'conformance --clean --accounts 123456789012',
      'conformance --accounts ID --story notes-and-lag',
      'conformance --accounts ID --story standby-hooks',
      'conformance --accounts ID --story standby-terminated',
    ],
  },
  {
    why: 'needs the function on Lambda',
    runBy: 'test/commands/on-server.test.ts',
    lines: ['update-asgs web --on server --server rollouts'],
  },
  {
    why: 'needs the function on Lambda',
    runBy: 'test/commands/server.test.ts',
    lines: ['server deploy rollouts --s3-bucket BUCKET --stacks web', 'server status rollouts'],
  },
  {
    why: 'needs the output of a CDK app',
    runBy: 'test/commands/stack/cdk.story.ts',
    lines: [
      'update-stack Web --app cdk.out ImageId=ami-0123456789abcdef0',
      'update-asgs Web',
      'update-stack Web --app cdk.out',
    ],
  },
  {
    why: 'needs a table or a Redis',
    runBy: 'test/commands/lock.story.ts',
    lines: [
      'update-stack web ImageId=… --lock dynamodb://ha-updater-locks',
      'update-stack web ImageId=… --lock rediss://cache.example.com:6380',
      'lock show web',
      'lock release web',
    ],
  },
  {
    why: 'asks at a terminal',
    runBy: 'test/commands/stack/confirm.test.ts',
    lines: ['update-stack web ImageId=ami-0123456789abcdef1 --confirm'],
  },
  {
    why: 'names a run that the history has',
    runBy: 'test/commands/stack/back-to-run.test.ts',
    lines: ['plan web --to 20261121-030504-abcde', 'update-stack web --to 20261121-030504-abcde --confirm'],
  },
  {
    why: 'gives parameters of a template that the page only tells of',
    runBy: 'test/config/config.test.ts',
    lines: ['update-stack web Size=4 Token=@env:TOKEN --parameters-file prod.yaml --use-default Image'],
  },
  {
    why: 'needs a stack of several groups',
    runBy: 'test/app/groups/only-except.test.ts',
    lines: ["update-stack my-stack ImageId=ami-0123456789abcdef0 --except 'Worker*'"],
  },
  {
    why: 'two lines in one, each of which is run alone',
    runBy: '',
    lines: ['update-stack web --region eu-west-1 && ha-updater update-stack web --region eu-central-1'],
  },
];
