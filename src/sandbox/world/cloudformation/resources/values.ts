import { ServiceFault } from '../../fault.js';
import type { ResourceContext } from './resource-handler.js';
import type { Tag } from '../deploy/state.js';
import { isObject, text, type Json, type Properties } from '../template/template.js';

// Template values are loosely typed: "2" where a number is meant, "true" where a truth value is.

export function optionalText(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(value);
}

export function optionalNumber(value: Json | undefined): number | undefined {
  return value === undefined || value === null || value === '' ? undefined : numberOf(value);
}

/** @throws ServiceFault for what is no number: the property is refused before anything is made */
export function numberOf(value: Json): number {
  if (typeof value !== 'object' && Number.isFinite(Number(value))) return Number(value);
  const found = Array.isArray(value) ? 'JSONArray' : typeof value === 'object' ? 'JSONObject' : 'String';
  throw new ServiceFault(
    'ValidationError',
    `Properties validation failed with message: expected type: Number, found: ${found} (${JSON.stringify(value)})`,
  );
}

export function optionalBoolean(value: Json | undefined): boolean | undefined {
  return value === undefined || value === null ? undefined : text(value).toLowerCase() === 'true';
}

export function optionalList(value: Json | undefined): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map(text);
}

export function objects(value: Json | undefined): Record<string, Json>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function object(value: Json | undefined): Record<string, Json> {
  return isObject(value) ? value : {};
}

/** Leaves out what is undefined: the services tell absent from given. */
export function compact<T extends object>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as T;
}

/** Names of number properties anywhere in the types that are modelled. */
const NUMBERS = new Set([
  'AmdSevSnp',
  'CoreCount',
  'DatapointsToAlarm',
  'DeviceIndex',
  'Duration',
  'EvaluationPeriods',
  'FromPort',
  'HeartbeatTimeout',
  'HttpPutResponseHopLimit',
  'Iops',
  'Ipv4PrefixCount',
  'Ipv6AddressCount',
  'Ipv6PrefixCount',
  'Max',
  'MaxCapacityBuffer',
  'Min',
  'MaxHealthyPercentage',
  'MetricIntervalLowerBound',
  'MetricIntervalUpperBound',
  'MinHealthyPercentage',
  'NetworkCardIndex',
  'OnDemandBaseCapacity',
  'OnDemandPercentageAboveBaseCapacity',
  'Order',
  'PartitionNumber',
  'Period',
  'ScalingAdjustment',
  'SchedulingBufferTime',
  'SecondaryPrivateIpAddressCount',
  'SpotInstancePools',
  'TargetValue',
  'ThreadsPerCore',
  'Threshold',
  'Throughput',
  'ToPort',
  'VolumeSize',
  'Weight',
]);

/** Keys whose values are text even when they read like a truth value. */
const TEXTS = new Set(['Value', 'UserData', 'Key', 'Values']);

/** Numbers and truth values inside a structure that passes through as it is. */
export function typed(value: Json | undefined, key = ''): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => typed(item, key) as Json);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, typed(inner, name) as Json]));
  if (typeof value === 'number' || typeof value === 'boolean')
    return NUMBERS.has(key) || (typeof value === 'boolean' && !TEXTS.has(key)) ? value : String(value);
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(key) && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  return !TEXTS.has(key) && (value === 'true' || value === 'false') ? value === 'true' : value;
}

/** Tags of a resource: its own, those of the stack, and CloudFormation's. */
export function resourceTags(context: ResourceContext): Tag[] {
  const tags = new Map<string, string>([
    ['aws:cloudformation:stack-name', context.stack.name],
    ['aws:cloudformation:stack-id', context.stack.id],
    ['aws:cloudformation:logical-id', context.logicalId],
  ]);
  for (const tag of context.tags) tags.set(tag.Key, tag.Value);
  for (const tag of objects(context.properties['Tags'])) tags.set(text(tag['Key']), text(tag['Value']));
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Keys of tags that the resource had from its template or its stack and has no more. */
export function removedTags(context: ResourceContext, before: Properties): string[] {
  const now = new Set(resourceTags(context).map((tag) => tag.Key));
  const had = [
    ...objects(before['Tags']).map((tag) => text(tag['Key'])),
    ...context.previousTags.map((tag) => tag.Key),
  ];
  return [...new Set(had)].filter((key) => !now.has(key));
}

export function call(
  context: Pick<ResourceContext, 'world'>,
  service: Parameters<ResourceContext['world']['invoke']>[0],
  operation: string,
  input: object,
): Record<string, unknown> {
  return context.world.invoke(service, operation, compact(input), 'cloudformation') as Record<string, unknown>;
}

/** What `now` has that `before` has not, and the other way round. */
export function difference(
  before: readonly string[],
  now: readonly string[],
): { readonly added: string[]; readonly removed: string[] } {
  return { added: now.filter((one) => !before.includes(one)), removed: before.filter((one) => !now.includes(one)) };
}
