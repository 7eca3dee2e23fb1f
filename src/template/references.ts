import { nearest } from '../text/nearest.js';
import { isTransformed, type Find } from './template-fault.js';
import { intrinsic, isList, isMap, mapAt, type ParsedTemplate, type Path, type Tree } from './tree.js';

const pseudoParameters = new Set(
  ['AccountId', 'NotificationARNs', 'NoValue', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'].map(
    (name) => `AWS::${name}`,
  ),
);

/** What a template declares, by kind, and where to say what it does not. */
interface Names {
  readonly find: Find;
  readonly parameters: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  readonly mappings: ReadonlySet<string>;
  /** Names that a Ref may have. */
  readonly referable: readonly string[];
  /** How many more proposals are worth their cost, which grows with all names: nobody reads hundreds. */
  readonly proposals: { left: number };
}

/** Names for which the one that was probably meant is looked up. */
const mostProposals = 50;

/**
 * References to names that nothing declares. A transformed template or one with modules gets names
 * that its text does not show: there nothing can be said.
 */
export function checkReferences(template: ParsedTemplate, find: Find): void {
  const { top } = template;
  const resources = mapAt(top, 'Resources');
  const modules = Object.values(resources).some(
    (resource) => isMap(resource) && typeof resource['Type'] === 'string' && resource['Type'].endsWith('::MODULE'),
  );
  if (isTransformed(template) || modules || Object.keys(resources).some((key) => key.startsWith('Fn::'))) return;
  const parameters = Object.keys(mapAt(top, 'Parameters'));
  const names: Names = {
    find,
    parameters: new Set(parameters),
    resources: new Set(Object.keys(resources)),
    referable: [...parameters, ...Object.keys(resources), ...pseudoParameters],
    proposals: { left: mostProposals },
    conditions: new Set(Object.keys(mapAt(top, 'Conditions'))),
    mappings: new Set(Object.keys(mapAt(top, 'Mappings'))),
  };
  for (const section of ['Resources', 'Conditions', 'Outputs']) walk(top[section] ?? null, [section], names);
  for (const [name, resource] of Object.entries(resources)) {
    if (!isMap(resource)) continue;
    const path = ['Resources', name];
    condition(resource['Condition'], [...path, 'Condition'], names);
    for (const [dependency, at] of dependencies(resource['DependsOn'], [...path, 'DependsOn'])) {
      if (!names.resources.has(dependency))
        undeclared(names, at, `${name} depends on resource`, [dependency, names.resources]);
    }
  }
  for (const [name, output] of Object.entries(mapAt(top, 'Outputs'))) {
    if (isMap(output)) condition(output['Condition'], ['Outputs', name, 'Condition'], names);
  }
}

function walk(value: Tree, path: Path, names: Names): void {
  const call = intrinsic(value);
  if (call !== undefined) checkCall(call.name, call.argument, [...path, call.name], names);
  if (isList(value)) value.forEach((item, index) => walk(item, [...path, index], names));
  if (isMap(value)) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key], names);
}

function checkCall(name: string, argument: Tree, path: Path, names: Names): void {
  switch (name) {
    case 'Ref':
      if (typeof argument === 'string') reference(argument, path, names, new Set());
      return;
    case 'Fn::GetAtt': {
      const resource = namedResource(argument);
      if (resource !== undefined && !names.resources.has(resource)) {
        undeclared(names, path, 'Fn::GetAtt names resource', [resource, names.resources]);
      }
      return;
    }
    case 'Fn::Sub':
      substitutions(argument, path, names);
      return;
    case 'Fn::If':
      if (isList(argument)) condition(argument[0], path, names);
      return;
    case 'Condition':
      // Below Conditions it names one; elsewhere a map with this key is data, such as a policy's.
      if (path[0] === 'Conditions') condition(argument, path, names);
      return;
    case 'Fn::FindInMap': {
      const mapping = isList(argument) ? argument[0] : undefined;
      if (typeof mapping === 'string' && !names.mappings.has(mapping))
        undeclared(names, path, 'Fn::FindInMap names mapping', [mapping, names.mappings]);
      return;
    }
    default:
  }
}

/** The resource that an Fn::GetAtt names, in either of its forms. */
export function namedResource(argument: Tree): string | undefined {
  const [first] = isList(argument) ? argument : typeof argument === 'string' ? argument.split('.') : [];
  return typeof first === 'string' ? first : undefined;
}

/** `${Name}`, `${Name.Attribute}`; `${!Literal}` is text. The list form brings names of its own, which are left out. */
export function namesInSub(argument: Tree): readonly string[] {
  const [text, brought] = isList(argument) ? argument : [argument];
  if (typeof text !== 'string') return [];
  const own = isMap(brought) ? brought : {};
  return [...text.matchAll(/\$\{([^!{}][^{}]*)\}/g)]
    .map(([, inside]) => (inside ?? '').trim())
    .filter((name) => !Object.hasOwn(own, name));
}

function substitutions(argument: Tree, path: Path, names: Names): void {
  const own = isList(argument) && isMap(argument[1]) ? new Set(Object.keys(argument[1])) : new Set<string>();
  for (const name of namesInSub(argument)) {
    const dot = name.indexOf('.');
    if (dot < 0) reference(name, path, names, own);
    else if (!names.resources.has(name.slice(0, dot))) {
      undeclared(names, path, 'Fn::Sub names resource', [name.slice(0, dot), names.resources]);
    }
  }
}

function reference(name: string, path: Path, names: Names, own: ReadonlySet<string>): void {
  if (names.parameters.has(name) || names.resources.has(name) || pseudoParameters.has(name) || own.has(name)) return;
  const who = `${path.at(-1) === 'Fn::Sub' ? 'Fn::Sub' : 'Ref'} names parameter or resource`;
  undeclared(names, path, who, [name, own.size === 0 ? names.referable : [...names.referable, ...own]]);
}

function condition(value: Tree | undefined, path: Path, names: Names): void {
  if (typeof value === 'string' && !names.conditions.has(value))
    undeclared(names, path, 'the condition is', [value, names.conditions]);
}

function dependencies(value: Tree | undefined, path: Path): readonly (readonly [string, Path])[] {
  if (typeof value === 'string') return [[value, path]];
  if (!isList(value)) return [];
  return value.flatMap((item, index) => (typeof item === 'string' ? [[item, [...path, index]] as const] : []));
}

/** Says that a name is not among those that the template declares. */
function undeclared(
  { find, proposals }: Names,
  path: Path,
  who: string,
  [name, known]: readonly [name: string, known: Iterable<string>],
): void {
  const meant = proposals.left-- > 0 ? nearest(name, [...known]) : undefined;
  const text = `${who.charAt(0).toUpperCase()}${who.slice(1)} "${name}", which the template does not declare.`;
  find({
    path,
    code: 'template.undeclared',
    text,
    remedy: meant === undefined ? 'Declare it, or correct the name.' : `Did you mean ${meant}?`,
  });
}
