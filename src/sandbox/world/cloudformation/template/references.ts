import { there } from '../../../there.js';
import { mayHaveAttribute } from './known-attributes.js';
import { functionOf, subParts } from './intrinsics.js';
import { invalid, isObject, splitAttribute, text, type Json, type Template } from './template.js';

/** What a piece of a template names. */
export interface References {
  readonly refs: Set<string>;
  /** `resource.attribute`. */
  readonly attributes: Set<string>;
  readonly conditions: Set<string>;
  readonly mappings: Set<string>;
}

const PSEUDO = [
  'AWS::AccountId',
  'AWS::NotificationARNs',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/**
 * Checks that everything that the template names exists and that no resources wait for each other.
 * Throws ValidationError in the service's words.
 */
export function checkReferences(template: Template): void {
  const known = new Set([...Object.keys(template.parameters), ...Object.keys(template.resources), ...PSEUDO]);
  for (const [name, node] of Object.entries(template.conditions)) {
    const found = referencesOf(node);
    const bad = [...found.refs].filter((ref) => template.parameters[ref] === undefined && !PSEUDO.includes(ref));
    if (bad.length > 0 || found.attributes.size > 0) {
      const names = [...bad, ...[...found.attributes].map((one) => splitAttribute(one)[0])];
      throw invalid(
        `Template format error: Unresolved dependencies [${names.join(', ')}]. Cannot reference ` +
          'resources in the Conditions block of the template',
      );
    }
    checkConditions(template, found, 'Conditions');
    if (reaches(template, name, name, new Set()))
      throw invalid(`Template format error: Circular dependencies in the Conditions block of the template: [${name}]`);
  }
  const unresolved = new Set<string>();
  for (const resource of Object.values(template.resources)) {
    const found = referencesOf([
      resource.properties,
      resource.metadata ?? null,
      resource.updatePolicy ?? null,
      resource.creationPolicy ?? null,
    ]);
    for (const name of [...found.refs, ...resource.dependsOn]) if (!known.has(name)) unresolved.add(name);
    for (const name of resource.dependsOn) if (template.resources[name] === undefined) unresolved.add(name);
    checkAttributes(template, found);
    if (resource.condition !== undefined) found.conditions.add(resource.condition);
    checkConditions(template, found, 'Resources');
    checkMappings(template, found);
  }
  if (unresolved.size > 0) {
    throw invalid(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in ` +
        'the Resources block of the template',
    );
  }
  for (const output of Object.values(template.outputs)) {
    const found = referencesOf([output.value, output.exportName ?? null]);
    const missing = [...found.refs].filter((name) => !known.has(name));
    if (missing.length > 0) {
      throw invalid(
        `Template format error: Unresolved resource dependencies [${missing.join(', ')}] in the ` +
          'Outputs block of the template',
      );
    }
    checkAttributes(template, found);
    if (output.condition !== undefined) found.conditions.add(output.condition);
    checkConditions(template, found, 'Outputs');
    checkMappings(template, found);
  }
  checkCircles(template);
}

/** Everything that a piece of a template names, in all branches of its conditions. */
export function referencesOf(node: Json): References {
  const found: References = { refs: new Set(), attributes: new Set(), conditions: new Set(), mappings: new Set() };
  walk(node, found);
  return found;
}

function walk(node: Json, found: References): void {
  if (Array.isArray(node)) return void node.forEach((item) => walk(item, found));
  if (!isObject(node)) return;
  const call = functionOf(node);
  if (call === undefined) return void Object.values(node).forEach((value) => walk(value, found));
  const [name, argument] = call;
  if (name === 'Ref') found.refs.add(text(argument));
  else if (name === 'Condition') found.conditions.add(text(argument));
  else if (name === 'Fn::GetAtt') found.attributes.add(attributeIn(argument));
  else if (name === 'Fn::Sub') noteSubstitution(argument, found);
  else {
    if (name === 'Fn::If' && Array.isArray(argument)) found.conditions.add(text(argument[0]));
    if (name === 'Fn::FindInMap') noteMapping(argument, found);
    walk(argument, found);
  }
}

function attributeIn(argument: Json): string {
  const parts = typeof argument === 'string' ? splitAttribute(argument) : Array.isArray(argument) ? argument : [];
  const path = parts.slice(1).map((part) => (isObject(part) ? '?' : text(part)));
  return `${text(parts[0])}.${path.join('.')}`;
}

function noteSubstitution(argument: Json, found: References): void {
  const [source, given] = Array.isArray(argument) ? argument : [argument, {}];
  walk(given ?? {}, found);
  for (const part of subParts(text(source))) {
    if (part.name === undefined || (isObject(given) && given[part.name] !== undefined)) continue;
    if (part.name.includes('.')) found.attributes.add(part.name);
    else found.refs.add(part.name);
  }
}

/** With a default value the map may lack what is looked for. */
function noteMapping(argument: Json, { mappings }: References): void {
  if (Array.isArray(argument) && typeof argument[0] === 'string' && argument[3] === undefined)
    mappings.add(argument[0]);
}

function checkAttributes(template: Template, found: References): void {
  for (const attribute of found.attributes) {
    const [name = '', key = ''] = splitAttribute(attribute);
    const resource = template.resources[name];
    if (resource === undefined)
      throw invalid(`Template error: instance of Fn::GetAtt references undefined resource ${name}`);
    if (!mayHaveAttribute(resource.type, key))
      throw invalid(`Template error: resource ${name} does not support attribute type ${key} in Fn::GetAtt`);
  }
}

function checkConditions(template: Template, found: References, block: string): void {
  for (const name of found.conditions) {
    if (template.conditions[name] === undefined) {
      throw invalid(
        `Template format error: Unresolved condition dependency ${name} in the ${block} block of the template`,
      );
    }
  }
}

function checkMappings(template: Template, found: References): void {
  for (const name of found.mappings) {
    if (template.mappings[name] === undefined) {
      throw invalid(`Template error: Mapping named '${name}' is not present in the 'Mappings' section of template.`);
    }
  }
}

function reaches(template: Template, from: string, to: string, seen: Set<string>): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const next = referencesOf(template.conditions[from] ?? null).conditions;
  return next.has(to) || [...next].some((name) => reaches(template, name, to, seen));
}

/** Resources that need each other can never be made. */
function checkCircles(template: Template): void {
  const needs = new Map(
    Object.entries(template.resources).map(([name, resource]) => {
      const found = referencesOf(resource.properties);
      const names = [
        ...found.refs,
        ...[...found.attributes].map((one) => there(splitAttribute(one)[0])),
        ...resource.dependsOn,
      ];
      return [name, new Set(names.filter((one) => template.resources[one] !== undefined))] as const;
    }),
  );
  for (let free = true; free;) {
    free = false;
    for (const [name, waits] of needs) {
      if (waits.size > 0) continue;
      needs.delete(name);
      for (const others of needs.values()) others.delete(name);
      free = true;
    }
  }
  if (needs.size > 0) throw invalid(`Circular dependency between resources: [${[...needs.keys()].join(', ')}]`);
}
