import type { Size } from '../../model/rollout/group.js';
import type { Stack, StackEvent, StackResource } from '../../model/stack/stack.js';
import { sizes } from '../words.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';
import { table } from './table.js';

/** What the page shows of a group; `app/status-group` makes it. */
interface GroupOnPage {
  readonly name: string;
  readonly size: Size;
  readonly suspended: readonly string[];
  /** Who serves, in words. */
  readonly serves: string;
  readonly configurations: readonly string[];
  readonly instances: readonly {
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
  }[];
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

/** The page of `status`: aligned tables, never wrapped, the commands that help at the end of each group. */
export function statusPage(page: StatusOnPage): readonly string[] {
  return [
    ...(page.stack === undefined
      ? [`${count(page.groups.length, 'group')}, seen ${timestamp(page.at)} in ${page.region}`]
      : stackPart(page, page.stack)),
    ...page.groups.flatMap(groupPart),
    ...(page.groups.length === 0 ? ['', 'No Auto Scaling groups.'] : []),
    ...(page.events === undefined
      ? []
      : section(
          'Events',
          table(
            page.events.map((event) => [timestamp(event.at), event.status, event.type, event.logicalId, event.reason]),
          ),
        )),
  ];
}

function stackPart(page: StatusOnPage, stack: Stack): readonly string[] {
  return [
    `Stack ${stack.name}: ` +
      `${stack.status}${stack.statusReason ? ` (${oneLine(stack.statusReason)})` : ''}, seen ` +
      `${timestamp(page.at)} in ${page.region}`,
    `  ${stack.id}`,
    ...section(
      'Parameters',
      table(stack.parameters.map(({ key, value, noEcho }) => [key, noEcho ? '****' : (value ?? '')])),
    ),
    ...section('Outputs', table(Object.entries(stack.outputs).map(([key, value]) => [key, value]))),
    ...section(
      'Resources',
      table(
        (page.resources ?? []).map(({ logicalId, type, status, physicalId, statusReason }) => [
          logicalId,
          type,
          status,
          physicalId,
          statusReason,
        ]),
      ),
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
    ...table(
      group.instances.map((instance) => [
        instance.id,
        instance.side,
        instance.inService ? 'in service' : 'not in service',
        instance.lifecycle,
        instance.zone,
        instance.configuration,
        instance.launchedAt === undefined ? '' : timestamp(instance.launchedAt),
        instance.health
          .map(
            ({ balancer, judged, verdict, reason }) =>
              `${balancer}: ${judged ? verdict : 'not judged'}` +
              (reason && verdict !== 'healthy' && judged ? ` (${reason})` : ''),
          )
          .join('; '),
      ]),
    ).map((row) => `  ${row}`),
    ...(group.next.length > 0 ? ['  Helps:', ...group.next.map((command) => `    ${command}`)] : []),
  ];
}

function section(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : ['', title, ...rows.map((row) => `  ${row}`)];
}
