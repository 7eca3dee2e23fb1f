import { expect } from 'chai';
import ts from 'typescript';
import { nodesLike, read, repositoryFiles } from './scan.js';

/** The beginning of a command line that goes on with something. */
const COMMAND =
  /(?:^|[\s(])(aws [a-z0-9]+ [a-z0-9-]+|ha-updater (update-stack|update-asgs|plan|status|diagnose|validate|restart|resume|rollback|unfreeze|cancel|lock \w+)) /;

/** Texts that hold a command and a value that nobody quoted: `FILE:LINE: TEXT`. */
function unquoted(name: string, text: string): readonly string[] {
  return nodesLike(name, text, (node) => isFilledIn(node) || isJoined(node));
}

function isFilledIn(node: ts.Node): boolean {
  if (!ts.isTemplateExpression(node) || ts.isTaggedTemplateExpression(node.parent)) return false;
  const fixed = [node.head, ...node.templateSpans.map(({ literal }) => literal)].slice(0, -1);
  // A remark after the command may hold anything.
  return fixed.some((part) => COMMAND.test(part.text));
}

function isJoined(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    ts.isStringLiteralLike(node.left) &&
    COMMAND.test(node.left.text) &&
    node.left.text.endsWith(' ') &&
    !ts.isStringLiteralLike(node.right) &&
    !(ts.isTaggedTemplateExpression(node.right) && node.right.tag.getText() === 'command')
  );
}

/** Who asks for a cancellation, and a remark on a command of Run Command: neither is printed to be run. */
const NO_COMMANDS: readonly string[] = ['ha-updater cancel on '];

describe('commands that are printed', () => {
  it('are quoted: each that holds a value is built by `command`', () => {
    const sources = repositoryFiles().filter(
      (path) => /^(src|commands)\/.*\.ts$/.test(path) && !path.startsWith('src/sandbox/'),
    );
    const found = sources
      .map((path) => [path, read(path)] as const)
      .filter(([, text]) => COMMAND.test(text))
      .flatMap(([path, text]) => unquoted(path, text));
    expect(found.filter((one) => !NO_COMMANDS.some((words) => one.includes(words)))).to.deep.equal([]);
  });

  it('are found where they are not', () => {
    const text = [
      'const a = `ha-updater status ${stack}`;',
      'const b = command`ha-updater status ${stack}`;',
      "const c = 'Detach it: aws autoscaling detach-instances ' + name;",
      'const d = `Try ${when}: aws elb describe-tags --name ${name}`;',
      "const e = 'ha-updater status web   # ' + 'and no more';",
    ].join('\n');
    expect(unquoted('x.ts', text).map((one) => one.slice(0, 6))).to.deep.equal(['x.ts:1', 'x.ts:3', 'x.ts:4']);
  });
});
