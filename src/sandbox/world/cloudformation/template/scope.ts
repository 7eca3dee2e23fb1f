import type { World } from '../../world.js';
import { ServiceFault } from '../../fault.js';
import { condition, evaluate as evaluateAll, type Scope } from './intrinsics.js';
import { expressionValues } from './parameters.js';
import { cloudFormationState, type Blueprint, type StackRow } from '../deploy/state.js';
import { invalid, type Json } from './template.js';

/** Whether NoEcho values are shown (to resources) or masked (to people). */
export type Visibility = 'plain' | 'masked';

/**
 * What expressions of a blueprint see while the stack runs: values of parameters, physical ids and
 * attributes of the resources that are there now, exports of other stacks.
 */
export function liveScope(
  world: World,
  stack: Pick<StackRow, 'name' | 'id' | 'resources'>,
  blueprint: Blueprint,
  visibility: Visibility = 'plain',
): Scope {
  return baseScope(world, stack, blueprint, {
    visibility,
    resource: (logicalId, attribute) => {
      const row = stack.resources.get(logicalId);
      if (row?.physicalId === undefined)
        throw invalid(`Unresolved resource dependencies [${logicalId}] in the Resources block of the template`);
      if (attribute === undefined) return row.physicalId;
      const value = row.attributes[attribute];
      if (value !== undefined) return value;
      // A type that is modelled names the attributes that it has; anything goes for inert ones.
      if (row.type === 'AWS::CloudFormation::Stack')
        throw invalid(
          `Template error: resource ${logicalId} does not have output ${attribute.replace('Outputs.', '')}`,
        );
      return plausibleAttribute(world, row.type, row.physicalId, attribute);
    },
  });
}

/** As `liveScope`, with references to other resources answered by `resource`. */
export function baseScope(
  world: World,
  stack: Pick<StackRow, 'name' | 'id'>,
  blueprint: Blueprint,
  { visibility, resource }: { readonly visibility: Visibility; readonly resource: Scope['resource'] },
): Scope {
  return {
    template: blueprint.template,
    values: expressionValues(blueprint.parameters, visibility === 'masked'),
    pseudo: {
      'AWS::AccountId': world.account,
      'AWS::NotificationARNs': [...blueprint.notificationArns],
      'AWS::Partition': 'aws',
      'AWS::Region': world.region,
      'AWS::StackId': stack.id,
      'AWS::StackName': stack.name,
      'AWS::URLSuffix': 'amazonaws.com',
    },
    resource,
    importValue: (name) => importedValue(world, name),
    zones: (region) => zonesOf(world, region),
  };
}

/** The resources that the conditions of the template let exist. */
export function activeResources(scope: Scope): string[] {
  return Object.entries(scope.template.resources)
    .filter(([, resource]) => resource.condition === undefined || condition(resource.condition, scope))
    .map(([name]) => name);
}

/** A string that looks like the attribute of a resource that is not modelled. */
function plausibleAttribute(world: World, type: string, physicalId: string, attribute: string): string {
  const [, service = 'service', kind = 'resource'] = type.split('::');
  if (attribute.endsWith('Arn')) {
    return physicalId.startsWith('arn:')
      ? physicalId
      : `arn:aws:${service.toLowerCase()}:${world.region}:${world.account}:${kind.toLowerCase()}/${physicalId}`;
  }
  if (/(DNSName|DomainName|Endpoint\.Address)$/.test(attribute))
    return `${physicalId.toLowerCase()}.${service.toLowerCase()}.${world.region}.amazonaws.com`;
  if (/(^|\.)Port$/.test(attribute)) return '443';
  if (/(Ip|IpAddress)$/.test(attribute)) return '10.0.0.10';
  if (/(Id|Name)$/.test(attribute)) return physicalId;
  return `${physicalId}-${attribute.replaceAll('.', '-')}`;
}

function importedValue(world: World, name: string): string {
  for (const stack of cloudFormationState(world).stacks.values()) {
    if (stack.status === 'DELETE_COMPLETE') continue;
    const found = stack.outputs.find((output) => output.exportName === name);
    if (found !== undefined) return found.value;
  }
  throw invalid(`No export named ${name} found.`);
}

function zonesOf(world: World, region: string): string[] {
  try {
    const answer = world.invoke('ec2', 'DescribeAvailabilityZones', {}, 'cloudformation') as {
      AvailabilityZones?: { ZoneName?: string }[];
    };
    const names = (answer.AvailabilityZones ?? []).flatMap((zone) =>
      zone.ZoneName === undefined ? [] : [zone.ZoneName],
    );
    if (names.length > 0 && region === world.region) return names.sort();
  } catch (error) {
    if (!(error instanceof ServiceFault && error.code === 'InvalidAction')) throw error;
  }
  return ['a', 'b', 'c'].map((letter) => `${region}${letter}`);
}

/** The stacks that import this export. */
export function importers(world: World, exportName: string): string[] {
  const names: string[] = [];
  for (const stack of cloudFormationState(world).stacks.values()) {
    if (stack.status === 'DELETE_COMPLETE' || stack.status === 'REVIEW_IN_PROGRESS') continue;
    if (
      importsOf(
        stack.blueprint,
        baseScope(world, stack, stack.blueprint, { visibility: 'plain', resource: () => 'x' }),
      ).has(exportName)
    )
      names.push(stack.name);
  }
  return names;
}

function importsOf(blueprint: Blueprint, scope: Scope): Set<string> {
  const names = new Set<string>();
  const noting: Scope = { ...scope, importValue: (name) => (names.add(name), name) };
  const parts: Json[] = [
    ...activeResources(noting).map((name) => (blueprint.template.resources[name]?.properties ?? {}) as Json),
    ...Object.values(blueprint.template.outputs).map((output) => output.value),
  ];
  for (const part of parts) {
    try {
      evaluateAll(part, noting);
    } catch {
      // A part that cannot be resolved here names nothing that this question is about.
    }
  }
  return names;
}
