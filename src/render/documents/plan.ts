import type { ChangePlan, GroupOutlook, PlannedProperty, PlannedResource } from '../../model/stack/change-plan.js';
import type { Reason } from '../../model/rollout/decision.js';
import { sizes } from '../words.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { sentence } from '../../text/sentence.js';

/** Whether it is only looked at, or done at once. */
type Mood = 'would' | 'will';

/**
 * A plan as people read it: first the stack, resource by resource, then each group. `+` comes, `~`
 * changes in place, `-/+` is replaced, `-` goes.
 * @param begins it is done now, and nobody is asked
 */
export function planLines(plan: ChangePlan, begins = false): readonly string[] {
  const mood = begins ? 'will' : 'would';
  return [
    headline(plan, mood),
    ...plan.resources.flatMap(resourceLines),
    ...plan.newGroups.map((name) => `Group ${name} is new: its instances will be checked; there is nothing to swap.`),
    ...plan.groups.flatMap((group) => groupLines(group, mood)),
    ...(plan.gates ?? []).map(oneLine),
    ...(plan.leftOut === undefined
      ? []
      : [
          `Left out (--only, --except): ${list(plan.leftOut, 20)}. Nothing is replaced there` +
            (plan.action === 'update' ? '; what launches there later launches as the change says.' : '.'),
        ]),
    ...plan.against.map((reason) => `AGAINST IT: ${reasonText(reason, true)}`),
  ];
}

function headline({ stack, action, resources, changeSet, groups }: ChangePlan, mood: Mood): string {
  if (stack === '') return groupsHeadline(groups);
  const by = changeSet === undefined ? '' : ` (change set ${changeSet})`;
  switch (action) {
    case 'none':
      return `Stack ${stack} is as asked for: ${mood === 'will' ? 'nothing changes' : 'nothing would change'}.`;
    case 'create':
      return `Stack ${stack} ${mood} be created with ${count(resources.length, 'resource')}${by}.`;
    case 'update':
      return resources.length === 0
        ? `Stack ${stack} ${mood} be updated, no resource of it${by}.`
        : `Stack ${stack} ${mood} be updated: ${count(resources.length, 'resource')}${by}.`;
  }
}

/** Of groups without a stack: how many would be replaced, need nothing, or cannot be. */
function groupsHeadline(groups: readonly GroupOutlook[]): string {
  const many = (action: GroupOutlook['action'], words: string): readonly string[] => {
    const those = groups.filter((group) => group.action === action).length;
    return those === 0 ? [] : [`${those} ${words}`];
  };
  const parts = [...many('swap', 'would be replaced'), ...many('refuse', 'COULD NOT BE'), ...many('skip', 'unchanged')];
  return `${count(groups.length, 'group')}: ${parts.join(', ')}.`;
}

function resourceLines(resource: PlannedResource): readonly string[] {
  const indent = '  '.repeat(resource.depth + 1);
  const where = resource.depth === 0 ? '' : ` in ${resource.stack}`;
  const replaced = { True: ', REPLACED', Conditional: ', perhaps replaced' }[resource.replacement] ?? '';
  return [
    `${indent}${sign(resource)} ${resource.logicalId} ` +
      `(${resource.type}${where})${replaced}${resource.physicalId === '' ? '' : ` ${resource.physicalId}`}`,
    ...resource.properties.map((property) => `${indent}    ${propertyText(property)}`),
  ];
}

function sign({ action, replacement }: PlannedResource): string {
  if (action === 'Modify') return replacement === 'True' || replacement === 'Conditional' ? '-/+' : '~';
  return { Add: '+', Remove: '-', Import: '>' }[action] ?? '?';
}

function propertyText({ path, before, after, causes }: PlannedProperty): string {
  const values = before === undefined && after === undefined ? '' : `: ${value(before)} → ${value(after)}`;
  return oneLine(`${path}${values} (by ${causes.join(' and ')})`);
}

function value(text: string | undefined): string {
  return text === undefined ? 'nothing' : text === '' ? '""' : oneLine(text);
}

/** Nothing is against it but a rollout that the next run finishes first, or waits for. */
function waitsForEarlier({ against }: GroupOutlook): boolean {
  return against.length > 0 && against.every(({ code }) => code === 'group.rollout');
}

function groupLines(group: GroupOutlook, mood: Mood): readonly string[] {
  const head = {
    swap: `${mood} be ${group.strategy === 'swap' ? 'swapped' : 'replaced'}`,
    skip: 'nothing to swap',
    refuse: waitsForEarlier(group) ? 'an earlier rollout comes first' : 'COULD NOT BE SWAPPED',
  }[group.action];
  const lines = [`Group ${group.group}: ${head}: ${sentence(group.why)}`];
  if (group.action === 'skip')
    return group.resized === undefined && sameAsTemplate(group)
      ? lines
      : [...lines, `  size ${sizeText(group)}`, ...notes(group)];
  const stale = list(
    group.outdated.map(
      ({ id, configuration, differs, why }) => `${id} (${oneLine(differs === 'configuration' ? configuration : why)})`,
    ),
    5,
  );
  const judged = group.balancers
    .filter(({ judged }) => judged)
    .map(
      ({ name, kind, replaced }) =>
        `${name} (${kind === 'classic' ? 'classic load balancer' : 'target group'}` +
        `${replaced === true ? ', or what takes its place' : ''})`,
    );
  return [
    ...lines,
    `  size ${sizeText(group)}; ` +
      `${group.strategy === 'swap' ? 'doubled' : 'a few at a time, at most'} ` +
      `${sizes(group.doubled)}; ${count(group.instances, 'instance')}`,
    ...(group.rolling === undefined ? [] : [`  ${limitsText(group.rolling)}`]),
    ...(group.outdated.length === 0 ? [] : [`  outdated already: ${stale}`]),
    `  proven behind: ${judged.length === 0 ? 'no load balancer, by Auto Scaling alone' : list(judged)}`,
    `  about ${duration(group.expectedMs)}, at most ${duration(group.limitMs)}; about ` +
      `${group.extraInstanceHours} extra instance-hours`,
    ...group.against.map((reason) => `  against it: ${reasonText(reason)}`),
    ...notes(group),
  ];
}

function notes({ warnings }: GroupOutlook): readonly string[] {
  return warnings.map((reason) => `  note: ${reasonText(reason)}`);
}

/** The size that the group has, what its template says, and what it will have. */
function sizeText(group: GroupOutlook): string {
  const { size, template = {}, resized } = group;
  const said = (['min', 'desired', 'max'] as const).flatMap((name) =>
    template[name] === undefined ? [] : [`${name} ${template[name]}`],
  );
  const other = sameAsTemplate(group) ? '' : `, the template says ${said.join(', ')}`;
  const then = resized === undefined ? '' : `; with the change ${sizes(resized)}`;
  return `${sizes(size)}${other}${then === '' && other !== '' ? ', and it is kept' : then}`;
}

function sameAsTemplate({ size, template = {} }: GroupOutlook): boolean {
  return (['min', 'desired', 'max'] as const).every((name) => (template[name] ?? size[name]) === size[name]);
}

function limitsText({ surge, unavailable, serial }: NonNullable<GroupOutlook['rolling']>): string {
  const order =
    surge === 0
      ? `the oldest go first, at most ${unavailable} out of service at a time`
      : `${surge} more at a time, the oldest go when those are ` +
        `proven${unavailable === 0 ? '' : `, at most ${unavailable} out of service`}`;
  const zones = surge === 0 ? '' : '; a zone that would have too few new instances needs one launch more';
  return `${order}${zones}${serial ? '; one instance at a time over all groups' : ''}`;
}

function reasonText({ group, text, remedy, code }: Reason, named = false): string {
  return (
    `${named && group !== undefined ? `${group}: ` : ''}${sentence(text)}` +
    `${remedy === '' ? '' : ` ${oneLine(remedy)}`} ` +
    `[${code}]`
  );
}
