import type { Instant } from '../clock.js';
import type { RunEvent } from '../model/event.js';
import type { InstanceRow } from '../model/rollout/instance-row.js';
import type { GroupResult } from '../model/rollout/group-result.js';
import type { RolloutRecord, TheirSizes } from '../model/rollout/record.js';

type Told<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** An instance as the run saw it from first to last. */
interface Life {
  readonly isOld: boolean;
  readonly launchedAt: Instant | undefined;
  servedAt?: Instant;
  /** It served, and then did not. */
  wavered: boolean;
  /** It left the group, and this run had not asked for that. */
  lostAt?: Instant;
}

/** A group as the events of one run tell it. */
export class WatchedGroup {
  record?: RolloutRecord;
  result?: GroupResult;
  judged = false;
  balancers: Told<'group.instances'>['balancers'] = [];
  warmupMs: number | undefined;
  weighted = false;
  readonly lives = new Map<string, Life>();
  readonly theirs: { readonly at: Instant; readonly sizes: TheirSizes }[] = [];
  readonly #sent = new Set<string>();

  constructor(readonly name: string) {}

  /** Reads one event of this group. */
  hear(event: RunEvent, at: Instant): void {
    if (event.type === 'group.state') this.#state(event, at);
    if (event.type === 'group.instances') this.#instances(event, at);
    if (event.type === 'group.finished') this.result = event.result;
    if (event.type === 'group.adopted') this.#note(event.record, at);
    if (event.type === 'action.started') this.#action(event.action, at);
  }

  #state({ record, verdict, weighted, ended = [] }: Told<'group.state'>, at: Instant): void {
    this.weighted ||= weighted === true;
    this.judged ||= verdict !== undefined;
    this.#note(record, at);
    for (const id of ended) this.#leaves(id, at);
  }

  #action(action: Told<'action.started'>['action'], at: Instant): void {
    if (action.type === 'record' || action.type === 'rewrite') this.#note(action.record, at);
    if (action.type === 'judge') this.judged = true;
    if (action.type === 'terminate' || action.type === 'standby') for (const id of action.instances) this.#sent.add(id);
  }

  #note(record: RolloutRecord | undefined, at: Instant): void {
    if (record === undefined) return;
    this.record = { ...record, size: this.record?.size ?? record.size };
    const { theirs } = record;
    const known = JSON.stringify(this.theirs.at(-1)?.sizes ?? {});
    if (theirs !== undefined && JSON.stringify(theirs) !== known) this.theirs.push({ at, sizes: theirs });
  }

  #instances({ instances, gone, all, balancers, warmupMs }: Told<'group.instances'>, at: Instant): void {
    if (balancers !== undefined) this.balancers = balancers;
    this.warmupMs ??= warmupMs;
    for (const row of instances) this.#row(row, at);
    const there = new Set(instances.map(({ id }) => id));
    const missing = all === true ? [...this.lives.keys()].filter((id) => !there.has(id)) : [];
    for (const id of [...gone, ...missing]) this.#leaves(id, at);
  }

  #row(row: InstanceRow, at: Instant): void {
    const life: Life = this.lives.get(row.id) ?? {
      isOld: row.half !== 'new',
      launchedAt: row.launchedAt,
      wavered: false,
    };
    this.lives.set(row.id, life);
    const serves = row.state === 'serving' || row.state === 'proven';
    if (serves) life.servedAt ??= at;
    else if (life.servedAt !== undefined && row.state === 'unhealthy') life.wavered = true;
    if (row.state === 'leaving' || (life.servedAt !== undefined && isEnded(row))) this.#leaves(row.id, at);
  }

  /** Once the halves of a swap are parted, whoever goes may be meant to. */
  #leaves(id: string, at: Instant): void {
    const life = this.lives.get(id);
    const counts = this.record !== undefined && (!this.judged || 'surge' in this.record);
    if (life === undefined || this.#sent.has(id) || !counts) return;
    life.lostAt ??= at;
  }
}

/**
 * EC2 runs it no more, as far as Auto Scaling and the balancers tell: it is marked, and a balancer has dropped it.
 * While the replacement of unhealthy instances is suspended it stays in the group all the same.
 */
function isEnded({ healthy, says }: InstanceRow): boolean {
  const dropped = says.some(({ verdict, reason }) => verdict === 'absent' || reason.includes('Target.InvalidState'));
  return healthy === false && dropped;
}
