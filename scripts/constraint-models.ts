import { SIMULATED_SERVICES } from '../src/sandbox/index.js';
import { QUERY_SERVICES } from '../src/sandbox/wire/services.js';
import type { ServiceConstraints, ShapeConstraints } from '../src/sandbox/wire/constraints/constraint-table.js';
import type { ServiceName } from '../src/sandbox/world/world.js';
import type { Model, ModelShape } from './aws-models.js';

/** Models that have another name than the service has here. */
const MODELS: Partial<Readonly<Record<ServiceName, string>>> = { servicequotas: 'service-quotas' };
/** S3's model has no limits: it is held to its documents by hand. */
const WITHOUT_TABLE: ReadonlySet<string> = new Set(['s3']);

/** constraint-table.json, as the models of a version of botocore have it. */
export function constraintTable(open: (service: string) => Model, version: string): string {
  const services = Object.entries(SIMULATED_SERVICES)
    .filter(([service]) => !WITHOUT_TABLE.has(service))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([service, operations]) => {
      const model = open(MODELS[service as ServiceName] ?? service);
      return [service, constraintsOf(model, Object.keys(operations).sort(), !speaksJson(service))] as const;
    });
  return written(Object.fromEntries(services), version);
}

/** Services of the JSON protocol need the type of every member, since nothing else says them at that door. */
function speaksJson(service: string): boolean {
  return service === 'cloudwatch' || service === 'events' || !QUERY_SERVICES.some((one) => one.service === service);
}

function constraintsOf(model: Model, operations: readonly string[], onlyConstrained: boolean): ServiceConstraints {
  const says = onlyConstrained ? sayingShapes(model) : new Set(Object.keys(model.shapes));
  const shapes: Record<string, ShapeConstraints> = {};
  const take = (name: string): void => {
    if (name in shapes || !says.has(name)) return;
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`The model has no shape ${name}.`);
    const members = Object.entries(shape.members ?? {})
      .map(([member, of]) => [member, of.shape] as const)
      .filter(([member, of]) => says.has(of) || shape.required?.includes(member));
    shapes[name] = {
      is: shape.type,
      ...(shape.required !== undefined && shape.required.length > 0 && { required: shape.required }),
      ...(shape.min !== undefined && { min: shape.min }),
      ...(shape.max !== undefined && { max: shape.max }),
      ...(shape.pattern !== undefined && { pattern: shape.pattern }),
      ...(shape.enum !== undefined && { enum: shape.enum }),
      ...(shape.sensitive === true && { sensitive: true as const }),
      ...(members.length > 0 && { members: Object.fromEntries(members.map(([m, of]) => [m, says.has(of) ? of : ''])) }),
      ...(shape.key !== undefined && says.has(shape.key.shape) && { key: shape.key.shape }),
      ...of(shape.member ?? shape.value, says),
    };
    for (const inner of innerShapes(shape)) take(inner);
  };
  const inputs: Record<string, string> = {};
  for (const operation of operations) {
    const { input } = model.operations[operation] ?? {};
    if (model.operations[operation] === undefined) throw new Error(`The model has no operation ${operation}.`);
    inputs[operation] = input?.shape ?? '';
    if (input !== undefined) take(input.shape);
  }
  return { operations: inputs, shapes };
}

function of(inner: { readonly shape: string } | undefined, says: ReadonlySet<string>): { readonly of?: string } {
  return inner !== undefined && says.has(inner.shape) ? { of: inner.shape } : {};
}

function innerShapes({ members, member, key, value }: ModelShape): readonly string[] {
  return [...Object.values(members ?? {}), member, key, value].flatMap((one) => (one === undefined ? [] : [one.shape]));
}

/** The shapes that constrain something, themselves or within. */
function sayingShapes(model: Model): ReadonlySet<string> {
  const saying = new Set(
    Object.entries(model.shapes).flatMap(([name, shape]) => {
      const { required = [], min, max, pattern } = shape;
      const says = required.length > 0 || [min, max, pattern, shape.enum].some((one) => one !== undefined);
      return says ? [name] : [];
    }),
  );
  for (let before = -1; before !== saying.size;) {
    before = saying.size;
    for (const [name, shape] of Object.entries(model.shapes))
      if (innerShapes(shape).some((inner) => saying.has(inner))) saying.add(name);
  }
  return saying;
}

/** One line for each operation and shape, so that a newer model shows in the diff as what it changed. */
function written(table: Readonly<Record<string, ServiceConstraints>>, version: string): string {
  const lines = (entries: object): string =>
    Object.entries(entries)
      .map(([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  const services = Object.entries(table).map(
    ([name, { operations, shapes }]) =>
      `    ${JSON.stringify(name)}: {\n    "operations": {\n${lines(operations)}\n    },\n` +
      `    "shapes": {\n${lines(shapes)}\n    }}`,
  );
  return `{\n  "from": "botocore ${version}",\n  "services": {\n${services.join(',\n')}\n  }\n}\n`;
}
