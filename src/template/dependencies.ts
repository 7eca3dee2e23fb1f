import { namesInSub, namedResource } from './references.js';
import { isTransformed, type Find } from './template-fault.js';
import { intrinsic, isList, isMap, mapAt, type ParsedTemplate, type Tree, type TreeMap } from './tree.js';

/** Circles that are told; each is looked for in all that is left. */
const mostCircles = 20;
/** Names that are written out of one circle. */
const mostNames = 10;

/** What each resource waits for, by logical id. */
type Waits = Map<string, ReadonlySet<string>>;

/**
 * Resources that wait for each other, by DependsOn or because one names another in its properties: CloudFormation
 * refuses them. What is under a condition may not be there, so it is left to the service.
 */
export function checkCircles(template: ParsedTemplate, find: Find): void {
  const resources = mapAt(template.top, 'Resources');
  if (isTransformed(template) || Object.keys(resources).some((key) => key.startsWith('Fn::'))) return;
  const waits = waitsOf(resources);
  for (let told = 0; told < mostCircles; told++) {
    const circle = circleIn(peeled(waits));
    const [first] = circle;
    if (first === undefined) return;
    const names = circle.length > mostNames ? [...circle.slice(0, mostNames), '…', first] : [...circle, first];
    find({
      path: ['Resources', first],
      code: 'template.circular',
      text: `Resources wait for each other in a circle: ${names.join(' → ')}.`,
      remedy: 'Take out one DependsOn or reference, or move it to a resource of its own.',
    });
    for (const name of circle) waits.delete(name);
  }
}

function waitsOf(resources: TreeMap): Waits {
  const waits: Waits = new Map();
  for (const [name, resource] of Object.entries(resources)) {
    if (!isMap(resource) || resource['Condition'] !== undefined) continue;
    const named = new Set<string>();
    collect(resource['Properties'] ?? null, named);
    const after = resource['DependsOn'];
    for (const one of isList(after) ? after : [after]) if (typeof one === 'string') named.add(one);
    waits.set(name, named);
  }
  return waits;
}

/** The names that an expression mentions, whatever way; not those in a choice, which may not be chosen. */
function collect(tree: Tree, named: Set<string>): void {
  const call = intrinsic(tree);
  if (call?.name === 'Fn::If') return;
  if (call?.name === 'Ref' && typeof call.argument === 'string') named.add(call.argument);
  if (call?.name === 'Fn::GetAtt') {
    const resource = namedResource(call.argument);
    if (resource !== undefined) named.add(resource);
  }
  if (call?.name === 'Fn::Sub') for (const name of namesInSub(call.argument)) named.add(name.split('.')[0] ?? name);
  if (isList(tree)) for (const item of tree) collect(item, named);
  if (isMap(tree)) for (const inner of Object.values(tree)) collect(inner, named);
}

/** Without all that waits, in the end, for nothing: what is left is on a circle or leads to one. */
function peeled(waits: Waits): Waits {
  const left: Waits = new Map();
  const waiting = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [name, named] of waits) {
    const known = [...named].filter((one) => waits.has(one));
    open.set(name, known.length);
    for (const one of known) {
      const others = waiting.get(one) ?? [];
      waiting.set(one, others);
      others.push(name);
    }
  }
  const free = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    open.delete(name);
    for (const other of waiting.get(name) ?? []) {
      const count = (open.get(other) ?? 0) - 1;
      open.set(other, count);
      if (count === 0) free.push(other);
    }
  }
  for (const name of open.keys()) left.set(name, waits.get(name) ?? new Set());
  return left;
}

/** Everything here waits for something that is here as well, so whoever goes on comes round. */
function circleIn(left: Waits): readonly string[] {
  const [start] = left.keys();
  const way: string[] = [];
  const at = new Map<string, number>();
  for (let name = start; name !== undefined; name = [...(left.get(name) ?? [])].find((one) => left.has(one))) {
    const seen = at.get(name);
    if (seen !== undefined) return way.slice(seen);
    at.set(name, way.length);
    way.push(name);
  }
  return [];
}
