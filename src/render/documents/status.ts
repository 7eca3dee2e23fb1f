import type { Size } from '../../model/rollout/group.js';
import type { Stack, StackEvent, StackResource } from '../../model/stack/stack.js';
import { sizes } from '../words.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';
import { table } from './table.js';

interface InstanceOnPage {
  readonly id: string;
  readonly zone: string;
  readonly lifecycle: string;
  readonly side: string;
  readonly configuration: string;
  readonly launchedAt?: number;
  readonly inService: boolean;
  readonly why: string;
  readonly health: readonly {
    readonly balancer: string;
    readonly judged: boolean;
    readonly verdict: string;
    readonly reason: string;
  }[];
}

/** What the page shows of a group; `app/status-group` makes it. */
interface GroupOnPage {
  readonly name: string;
  readonly size: Size;
  readonly suspended: readonly string[];
  /** Who serves, in words. */
  readonly serves: string;
  readonly configurations: readonly string[];
  readonly instances: readonly InstanceOnPage[];
  readonly remarks: readonly string[];
  readonly next: readonly string[];
}

export interface StatusOnPage {
  readonly at: number;
  readonly region: string;
  /** Absent, like its resources, when groups were asked for by name. */
  readonly stack?: Stack;
  readonly resources?: readonly StackResource[];
  readonly groups: readonly GroupOnPage[];
  readonly events?: readonly StackEvent[];
}

/**
 * The page of `status`: what one looks for at night comes first, which is the groups with the commands that help; then
 * what the stack is made of. Tables are aligned and never wrapped.
 */
export function statusPage(page: StatusOnPage): readonly string[] {
  const { stack, groups, events } = page;
  const seen = `seen ${timestamp(page.at)} in ${page.region}`;
  return [
    stack === undefined
      ? `${count(groups.length, 'group')}, ${seen}`
      : `Stack ${stack.name}: ${stack.status}` +
        `${stack.statusReason ? ` (${oneLine(stack.statusReason)})` : ''}, ${seen}`,
    ...groups.flatMap(groupPart),
    ...(groups.length === 0 ? ['', 'No Auto Scaling groups.'] : []),
    ...(stack === undefined ? [] : stackPart(page, stack)),
    ...(events === undefined
      ? []
      : section(
          'Events',
          table(events.map((event) => [timestamp(event.at), event.status, event.type, event.logicalId, event.reason])),
        )),
  ];
}

function stackPart({ resources = [] }: StatusOnPage, stack: Stack): readonly string[] {
  return [
    ...section(
      'Parameters',
      table(stack.parameters.map(({ key, value, noEcho }) => [key, noEcho ? '****' : (value ?? '')])),
    ),
    ...section('Outputs', table(Object.entries(stack.outputs).map(([key, value]) => [key, value]))),
    ...section(
      'Resources',
      table([
        [stack.name, 'AWS::CloudFormation::Stack', stack.status, stack.id],
        ...resources.map(({ logicalId, type, status, physicalId, statusReason }) => [
          logicalId,
          type,
          status,
          physicalId,
          statusReason,
        ]),
      ]),
    ),
  ];
}

function groupPart(group: GroupOnPage): readonly string[] {
  const serving = group.instances.filter(({ inService }) => inService).length;
  return [
    '',
    `Group ${group.name}: ${serving} of ${group.instances.length} instances in service, ${sizes(group.size)}`,
    `  Serves now: ${oneLine(group.serves)}`,
    ...(group.configurations.length > 0 ? [`  Launches ${group.configurations.join(', ')}`] : []),
    ...(group.suspended.length > 0 ? [`  Suspended: ${group.suspended.join(', ')}`] : []),
    ...group.remarks.map((remark) => `  ! ${oneLine(remark)}`),
    ...instanceTable(group).map((row) => `  ${row}`),
    ...(group.next.length > 0 ? ['  Helps:', ...group.next.map((command) => `    ${command}`)] : []),
  ];
}

/** A row each under a head; what is as it should be is said shortly, so that the row fits a terminal. */
function instanceTable({ instances, configurations }: GroupOnPage): readonly string[] {
  if (instances.length === 0) return [];
  return table([
    ['instance', 'runs', 'state', 'zone', 'launched', 'remarks'],
    ...instances.map((instance) => [
      instance.id,
      instance.side,
      stateWord(instance),
      instance.zone,
      instance.launchedAt === undefined ? '' : timestamp(instance.launchedAt),
      [
        ...(configurations.includes(instance.configuration) ? [] : [`launched from ${instance.configuration}`]),
        // No balancer knows an instance in standby.
        ...(instance.lifecycle === 'Standby' ? [] : instance.health.flatMap(healthRemark)),
      ].join('; '),
    ]),
  ]);
}

function stateWord({ inService, lifecycle }: InstanceOnPage): string {
  if (inService) return 'in service';
  return lifecycle === 'InService' ? 'not in service' : lifecycle;
}

/** Nothing for a balancer that finds it healthy. */
function healthRemark({ balancer, judged, verdict, reason }: InstanceOnPage['health'][number]): readonly string[] {
  if (!judged) return [`${balancer}: not judged`];
  return verdict === 'healthy' ? [] : [`${balancer}: ${verdict}${reason ? ` (${reason})` : ''}`];
}

function section(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : ['', title, ...rows.map((row) => `  ${row}`)];
}
