import ts from 'typescript';
import type { Breakage, Mutation } from './rules.js';

/** A compiled file with one rule broken. */
export interface Broken {
  /** Below dist/src. */
  readonly file: string;
  readonly text: string;
  /** As it was. */
  readonly whole: string;
}

const MARKER = /^\s*\/\/ rule: (\S+)\s*$/gm;

/** The rules that a text marks, each as often as it does. */
export function markedIn(text: string): string[] {
  return [...text.matchAll(MARKER)].map(([, name = '']) => name);
}

/**
 * Finds the statement behind the marker `// rule: NAME` and breaks it.
 * @param files compiled files by their path
 * @throws when there is no such marker, or more than one, or when the statement cannot be broken in that way
 */
export function broken(files: ReadonlyMap<string, string>, { name, breaks }: Mutation): Broken {
  const marked = [...files].filter(([, text]) => markedIn(text).includes(name));
  const [file, whole] = marked[0] ?? [];
  if (file === undefined || whole === undefined) throw new Error(`${name}: no source marks it with // rule: ${name}`);
  if (marked.length > 1 || markedIn(whole).filter((one) => one === name).length > 1)
    throw new Error(`${name}: it is marked more than once`);
  const source = ts.createSourceFile(file, whole, ts.ScriptTarget.Latest, true);
  const statement = statementBehind(source, name);
  if (statement === undefined) throw new Error(`${name}: no statement follows its marker in ${file}`);
  const { from, to, by } = changeOf(statement, breaks, name);
  const text = whole.slice(0, from) + by + whole.slice(to);
  if (text === whole) throw new Error(`${name}: nothing would change`);
  return { file, text, whole };
}

/** The statement whose own comments hold the marker. */
function statementBehind(source: ts.SourceFile, name: string): ts.Statement | undefined {
  let found: ts.Statement | undefined;
  const visit = (node: ts.Node): void => {
    if (found !== undefined) return;
    if (ts.isStatement(node) && markedIn(source.text.slice(node.pos, node.getStart(source))).includes(name))
      found = node;
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

interface Change {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

function changeOf(statement: ts.Statement, breaks: Breakage, name: string): Change {
  if ('replace' in breaks) {
    const [piece, by] = breaks.replace;
    const parts = statement.getText().split(piece);
    if (parts.length !== 2) throw new Error(`${name}: its statement holds ${parts.length - 1} times: ${piece}`);
    const from = statement.getStart() + (parts[0] ?? '').length;
    return { from, to: from + piece.length, by };
  }
  const node = 'condition' in breaks ? conditionOf(statement) : valueOf(statement);
  if (node === undefined)
    throw new Error(`${name}: its statement has no ${'condition' in breaks ? 'condition' : 'value'} to break`);
  return { from: node.getStart(), to: node.end, by: 'condition' in breaks ? String(breaks.condition) : breaks.value };
}

/** What an `if` asks, or a returned `a ? b : c`. */
function conditionOf(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isIfStatement(statement)) return statement.expression;
  if (!ts.isReturnStatement(statement) || statement.expression === undefined) return undefined;
  return ts.isConditionalExpression(statement.expression) ? statement.expression.condition : undefined;
}

/** What is returned, or what the one constant is that is declared. */
function valueOf(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isReturnStatement(statement)) return statement.expression;
  if (!ts.isVariableStatement(statement)) return undefined;
  const { declarations } = statement.declarationList;
  return declarations.length === 1 ? declarations[0]?.initializer : undefined;
}
