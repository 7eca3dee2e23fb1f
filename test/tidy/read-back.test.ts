import { expect } from 'chai';
import ts from 'typescript';
import { nodesLike, read, repositoryFiles } from './scan.js';

/** Methods that look for a text in another one, or cut it there. */
const LOOKS_FOR: ReadonlySet<string> = new Set([
  'startsWith',
  'endsWith',
  'includes',
  'indexOf',
  'lastIndexOf',
  'replace',
  'replaceAll',
  'split',
]);

/** Two words of English, one after the other. */
const PROSE = /[A-Za-z]{2,} [A-Za-z]{2,}/;

/** Where a text is compared with words, or cut at some: `FILE:LINE: CODE`. */
function wordsLookedFor(name: string, text: string): readonly string[] {
  return nodesLike(name, text, (node) => {
    if (ts.isRegularExpressionLiteral(node)) return PROSE.test(node.text);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    const [first] = node.arguments;
    const isAsked = LOOKS_FOR.has(node.expression.name.text);
    return isAsked && first !== undefined && ts.isStringLiteralLike(first) && PROSE.test(first.text);
  });
}

/**
 * Files that read what others wrote, and whose words those are. A sentence of our own is made of fields, and whoever
 * needs to know something of it reads those.
 */
const READERS: Readonly<Record<string, string>> = {
  'commands/base/help.ts': 'oclif',
  'src/aws/balancers/health.ts': 'Elastic Load Balancing',
  'src/aws/groups/activities.ts': 'Auto Scaling',
  'src/aws/groups/group-writes.ts': 'Auto Scaling',
  'src/aws/session/faults.ts': 'AWS and its SDK',
  'src/aws/stacks/stacks.ts': 'CloudFormation',
  'src/conformance/stories/members.ts': 'Auto Scaling',
  'src/decide/diagnosis/diagnose.ts': 'Auto Scaling and CloudFormation',
  'src/decide/instances/launch-words.ts': 'Auto Scaling and EC2',
  'src/decide/sizes/say-changes.ts': 'Auto Scaling',
  'src/decide/stack/read-change-set.ts': 'CloudFormation',
  'src/engine/stack/change-set/await-change-set.ts': 'CloudFormation',
  'src/render/failure-causes.ts': 'programs, on the consoles of instances',
  'src/render/live/instance-state.ts': 'Elastic Load Balancing',
  'src/run/failure.ts': 'oclif',
  'src/run/sinks.ts': 'a file that is there',
  'src/template/parse.ts': 'the parser of YAML',
  'src/text/secrets/likely.ts': 'private keys',
};

describe('sentences', () => {
  it('are read back by nobody: words are looked for only in what others wrote', () => {
    const sources = repositoryFiles().filter(
      (path) => /^(src|commands)\/.*\.ts$/.test(path) && !path.startsWith('src/sandbox/'),
    );
    const found = new Map(sources.map((path) => [path, wordsLookedFor(path, read(path))]));
    expect([...found].flatMap(([path, lines]) => (path in READERS ? [] : lines))).to.deep.equal([]);
    expect(Object.keys(READERS).filter((path) => (found.get(path) ?? []).length === 0)).to.deep.equal([]);
  });

  it('would be seen where they are read back', () => {
    const text = [
      "if (why.startsWith('no further instance')) a();",
      'const b = /^(?:rolled back|not proven)/.exec(why);',
      "const c = text.replace('or --asg NAME', '');",
      "const d = status.endsWith('_FAILED') || names.includes('Launch') || line.split(' ');",
      'const e = /\\b[0-9a-f]{8,}\\b/.test(text);',
    ].join('\n');
    expect(wordsLookedFor('a.ts', text).map((one) => one.split(':')[1])).to.deep.equal(['1', '2', '3']);
  });
});
