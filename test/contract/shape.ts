import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * The shape of a type: one line for each path, such as `groups[].size.min: number` or `failure?.code: string`,
 * sorted.
 */
export type Shape = readonly string[];

/** A union of objects is told apart by the first of these that every member has as a word of its own. */
const TELLING = ['type', 'kind', 'strategy', 'command', 'name'];

/**
 * Shapes of the properties of an interface, as TypeScript understands them: names of types do not matter, nor
 * the files that declare them.
 *
 * @param declarations URL of the declaration file (`.d.ts`) that exports the interface
 * @param name of the interface
 */
export function shapesOf(declarations: URL, name: string): ReadonlyMap<string, Shape> {
  const file = fileURLToPath(declarations);
  const program = ts.createProgram([file], {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  });
  const source = program.getSourceFile(file);
  const found = source?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (found === undefined) throw new Error(`${file} declares no interface ${name}.`);
  const checker = program.getTypeChecker();
  const properties = checker.getTypeAtLocation(found).getProperties();
  return new Map(properties.map((property) => [property.name, shapeOf(checker, checker.getTypeOfSymbol(property))]));
}

function shapeOf(checker: ts.TypeChecker, root: ts.Type): Shape {
  const lines: string[] = [];
  /** The path at which each object that is being told was met. */
  const above = new Map<ts.Type, string>();

  const tell = (path: string, types: readonly ts.Type[], optional: boolean): void => {
    const parts = types.flatMap(membersOf).filter((type) => (type.flags & ts.TypeFlags.Undefined) === 0);
    const objects = parts.filter((type) => isObject(type));
    const leaves = parts.filter((type) => !isObject(type)).map((type) => leafText(checker, type));
    const here = `${path}${optional ? '?' : ''}`;
    if (leaves.length > 0) lines.push(`${here}: ${withoutPair([...new Set(leaves)].sort()).join(' | ')}`);
    const lists = objects.filter((type) => checker.isArrayType(type) || checker.isTupleType(type));
    if (lists.length > 0)
      tell(
        `${here}[]`,
        lists.flatMap((type) => checker.getTypeArguments(type as ts.TypeReference)),
        false,
      );
    const maps = objects.filter((type) => !lists.includes(type));
    for (const [label, members] of toldApart(checker, maps)) tellObjects(`${here}${label}`, members);
  };

  const tellObjects = (path: string, members: readonly ts.Type[]): void => {
    const repeated = members.map((type) => above.get(type)).find((at) => at !== undefined);
    if (repeated !== undefined) {
      lines.push(`${path}: like ${repeated === '' ? 'the whole' : repeated}`);
      return;
    }
    members.forEach((type) => above.set(type, path));
    const names = new Set(
      members.flatMap((type) => checker.getPropertiesOfType(type).map((property) => property.name)),
    );
    for (const name of names) {
      const properties = members.map((type) => checker.getPropertyOfType(type, name));
      const there = properties.filter((property) => property !== undefined);
      const optional =
        there.length < members.length || there.some((property) => (property.flags & ts.SymbolFlags.Optional) !== 0);
      tell(
        path === '' ? name : `${path}.${name}`,
        there.map((property) => checker.getTypeOfSymbol(property)),
        optional,
      );
    }
    const values = members.flatMap((type) => checker.getIndexInfosOfType(type).map((info) => info.type));
    if (values.length > 0) tell(`${path}{}`, values, false);
    members.forEach((type) => above.delete(type));
  };

  tell('', [root], false);
  return [...new Set(lines)].sort();
}

function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types.flatMap(membersOf) : [type];
}

function isObject(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
}

function leafText(checker: ts.TypeChecker, type: ts.Type): string {
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

/** `false | true` is a boolean. */
function withoutPair(leaves: readonly string[]): readonly string[] {
  if (!leaves.includes('false') || !leaves.includes('true')) return leaves;
  return [...leaves.filter((leaf) => leaf !== 'false' && leaf !== 'true'), 'boolean'].sort();
}

/** Objects of a union by a label for their paths: `<word>` where a property tells them apart, else all under one. */
function toldApart(
  checker: ts.TypeChecker,
  objects: readonly ts.Type[],
): readonly (readonly [string, readonly ts.Type[]])[] {
  if (objects.length < 2) return objects.map((type) => ['', [type]]);
  for (const name of TELLING) {
    const words = objects.map((type) => wordsOf(checker, type, name));
    const all = words.flat();
    if (words.every((list) => list.length > 0) && new Set(all).size === all.length)
      return objects.map((type, index) => [`<${(words[index] ?? []).join('|')}>`, [type]]);
  }
  return [['', objects]];
}

/** The words that a property may hold; none when it may hold anything else, or is not there. */
function wordsOf(checker: ts.TypeChecker, type: ts.Type, name: string): readonly string[] {
  const property = checker.getPropertyOfType(type, name);
  if (property === undefined || (property.flags & ts.SymbolFlags.Optional) !== 0) return [];
  const members = membersOf(checker.getTypeOfSymbol(property));
  return members.every((member) => member.isStringLiteral()) ? members.map((member) => member.value).sort() : [];
}
