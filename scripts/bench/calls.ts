import type { Instant } from '../../src/clock.js';
import type { Sandbox } from '../../src/sandbox/index.js';

/** What a run asked of AWS. */
export interface Calls {
  /** By `service:Operation`. */
  readonly byOperation: Readonly<Record<string, number>>;
  readonly looks: number;
  /** Most reads in one look after the first; the first also learns what never changes. */
  readonly readsPerLook: number;
  /**
   * The read that a look repeated most often, per group. With 1 a look asks every question once for each
   * group or balancer, so its reads do not depend on the number of instances.
   */
  readonly readsOfOneKind: number;
  /** Changes that named the group changed most often; one that names several groups counts for each of them. */
  readonly changesPerGroup: number;
  /** Signs of life, one call for all groups, counted apart: they depend on how slow the world is. */
  readonly signsOfLife: number;
  /** When each of the other calls was made, in simulated milliseconds. */
  readonly times: readonly Instant[];
  /** When the verdict was sent first; undefined without one. */
  readonly judgedAt?: Instant;
}

/** A look begins by asking for all groups. */
const LOOK = 'DescribeAutoScalingGroups';

/** Counts calls from now on. */
export function countCalls(sandbox: Sandbox, groups: number): () => Calls {
  const byOperation: Record<string, number> = {};
  const looks: Record<string, number>[] = [];
  const changes = new Map<string, number>();
  const times: Instant[] = [];
  let judgedAt: Instant | undefined;
  let signsOfLife = 0;
  let ended = false;
  sandbox.onCall(({ at, service, operation, input }) => {
    if (ended) return;
    const name = `${service}:${operation}`;
    add(byOperation, name);
    if (!isSignOfLife(input)) times.push(at);
    if (isVerdict(input)) judgedAt ??= at;
    if (operation === LOOK) looks.push({});
    if (operation.startsWith('Describe')) add(looks.at(-1) ?? {}, name);
    else if (isSignOfLife(input)) signsOfLife += 1;
    else for (const group of groupsOf(input)) changes.set(group, (changes.get(group) ?? 0) + 1);
  });
  return () => {
    ended = true;
    return {
      byOperation: Object.fromEntries(Object.entries(byOperation).sort(([a], [b]) => (a < b ? -1 : 1))),
      looks: looks.length,
      readsPerLook: Math.max(
        ...looks.slice(1).map((look) => Object.values(look).reduce((sum, count) => sum + count, 0)),
      ),
      readsOfOneKind: Math.max(...looks.flatMap((look) => Object.values(look))) / groups,
      changesPerGroup: Math.max(...changes.values()),
      signsOfLife,
      times,
      ...(judgedAt !== undefined && { judgedAt }),
    };
  };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

interface Change {
  readonly AutoScalingGroupName?: string;
  readonly Tags?: readonly { readonly ResourceId?: string; readonly Key?: string; readonly Value?: string }[];
}

/** A sign of life writes the lease and nothing else. */
function isSignOfLife(input: object): boolean {
  const { Tags: tags = [] } = input as Change;
  return tags.length > 0 && tags.every((tag) => tag.Key === 'ha-updater:lease' && tag.Value !== undefined);
}

function isVerdict(input: object): boolean {
  const { Tags: tags = [] } = input as Change;
  return tags.some((tag) => tag.Key === 'ha-updater:verdict' && tag.Value !== undefined);
}

/** The groups that a change names: one, or those whose tags it writes. */
function groupsOf(input: object): ReadonlySet<string> {
  const { AutoScalingGroupName: group, Tags: tags = [] } = input as Change;
  return new Set(group === undefined ? tags.flatMap((tag) => tag.ResourceId ?? []) : [group]);
}
