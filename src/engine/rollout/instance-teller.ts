import { warmup } from '../../decide/memory/proven.js';
import { instanceRows } from '../../decide/outlook/instance-rows.js';
import type { Emit, RunEvent } from '../../model/event.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { digest } from './looks/digest.js';

/** Marks of the rows that were told last, by group and instance. */
export type ToldInstances = Map<string, ReadonlyMap<string, string>>;

/** Tells of each look the instances that differ from what was told of them last; of the first look all. */
export function instanceTeller(emit: Emit, plan: Plan, told: ToldInstances = new Map()): (observed: Observed) => void {
  return (observed) => {
    for (const group of observed.groups) {
      const now = instanceRows(observed, plan, group);
      const known = told.get(group.name);
      // Also those that the rollout leaves as they are: they serve, and who reads the events has to know when they go.
      const all = [...group.instances, ...(group.kept?.instances ?? [])];
      if (known === undefined && now.length < all.length) continue;
      const before = known ?? new Map<string, string>();
      const fresh = new Map(now.map((row) => [row.id, digest(JSON.stringify(row))]));
      const here = all.map(({ id }) => [id, fresh.get(id) ?? before.get(id)] as const);
      const after = new Map(here.flatMap(([id, text]) => (text === undefined ? [] : [[id, text] as const])));
      told.set(group.name, after);
      const instances = now.filter(({ id }) => before.get(id) !== fresh.get(id));
      const gone = [...before.keys()].filter((id) => !after.has(id));
      if (known !== undefined && instances.length + gone.length === 0) continue;
      const first = known === undefined ? { all: true as const, ...judgesOf(group, plan) } : {};
      emit({ type: 'group.instances', group: group.name, instances, gone, ...first });
    }
  };
}

/** What an instance of the group has to pass to be proven. */
function judgesOf(group: Group, { timing }: Plan): Pick<Told, 'balancers' | 'warmupMs'> {
  return {
    balancers: group.balancers.map(({ kind, id, name, judged, drainMs, slowStartMs, healthFloorMs }) => ({
      kind,
      id,
      name,
      judged,
      drainMs,
      slowStartMs,
      healthFloorMs,
    })),
    warmupMs: warmup(group, timing.warmupMs),
  };
}

type Told = Extract<RunEvent, { type: 'group.instances' }>;
