import type { Milliseconds, Instant } from '../clock.js';
import { AwsFault } from '../errors.js';
import type { Gateway } from '../engine/gateway.js';
import type { FailureFacts, Identity, Outcome, RunEvent, Stamped } from '../model/event.js';
import type { HistoryEntry, StackState } from '../model/history-entry.js';
import type { GroupResult } from '../model/rollout/group-result.js';
import type { Stack } from '../model/stack/stack.js';
import { faultText } from '../text/fault-text.js';
import { timestamp } from '../text/timestamp.js';
import type { HistoryAddress } from './history-address.js';
import { entryText, hashOf, stateOf } from './entry.js';
import { runKey, templateKey, type HistoryPlace } from './keys.js';
import { ownerOf } from './kept-runs.js';

/** The longest that a run waits for its history, before its change and at its end. */
export const HISTORY_MS: Milliseconds = 5_000;

/** How a run ended. */
interface RunEnd {
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly results: readonly GroupResult[];
  readonly failure?: Pick<FailureFacts, 'code' | 'what'>;
  readonly elapsedMs: Milliseconds;
  /** Whether anything at all was asked to change: a run that changed nothing leaves no entry. */
  readonly changed: boolean;
}

/** Keeps one run in its history. It never throws, and nothing of the run waits for it longer than its limit. */
export interface HistoryKeeper {
  readonly see: (stamped: Stamped) => void;
  /** The stack is about to change: this is what it is. */
  readonly before: (stack: Stack | undefined) => Promise<void>;
  /** The run gives the stack what this one had. */
  readonly goesBackTo: (run: string) => void;
  /** Writes the entry. @returns why it could not, in words; '' when it did, or when there is nothing to keep */
  readonly write: (end: RunEnd) => Promise<string>;
}

type KeeperGateway = Pick<
  Gateway,
  'describeStack' | 'stackTemplate' | 'describeGroups' | 'instanceImages' | 'writeObject'
>;

/** What the keeper takes of the world. */
export interface KeeperPorts {
  /** A way of its own, which no lock holds up, and whose calls are over in time. */
  readonly gateway: () => Promise<KeeperGateway>;
  /** Cuts off what is still under way there. */
  readonly cutOff: () => void;
  /** Resolves after `ms`, or when the signal is aborted. */
  readonly sleep: (ms: Milliseconds, signal: AbortSignal) => Promise<void>;
  /** Takes secrets of the run out of a text. */
  readonly mask: (text: string) => string;
}

/** What is known of the run from its first event on. */
interface Known extends Pick<HistoryEntry, 'run' | 'command' | 'version' | 'host' | 'build'> {
  readonly at: Instant;
  readonly stack: string;
  readonly identity: Identity;
}

/** A stack with the text of its template, as one moment showed it. */
interface Seen {
  readonly state: StackState;
  readonly template: string | undefined;
}

/** @param ports what it reads and writes with; the client of AWS is made with the first call */
export function createKeeper(address: HistoryAddress, ports: KeeperPorts): HistoryKeeper {
  const { stackNow, seenOf, imagesOf } = looksBy(ports);
  let known: Known | undefined;
  let groups: readonly string[] = [];
  let former: Seen | undefined;
  let to: string | undefined;
  let imagesBefore: Promise<readonly string[] | undefined> = Promise.resolve(undefined);
  const write = async (one: Known, end: RunEnd): Promise<void> => {
    const stack = await stackNow(one.stack);
    const after = stack === undefined ? undefined : await seenOf(stack, await imagesOf(groups));
    const before = former === undefined ? undefined : withImages(former.state, await imagesBefore);
    const states = { ...(before !== undefined && { before }), ...(after !== undefined && { after: after.state }) };
    const entry = entryOf(one, end, { to, mask: ports.mask, ...states });
    await writeAll({ address, ports }, entry, { at: one.at, templates: [after?.template, former?.template] });
  };
  return {
    see: ({ event, at }) => {
      if (event.type === 'run.started' && event.stack !== undefined) known = knownOf(event, event.stack, at);
      if (event.type !== 'groups.found') return;
      // Asked as the groups are found: nothing was launched by then.
      if (groups.length === 0) imagesBefore = imagesOf(event.groups);
      groups = distinct([...groups, ...event.groups]);
    },
    before: async (stack) => {
      if (stack === undefined) return;
      await within(ports, async () => void (former = await seenOf(stack, undefined)));
    },
    goesBackTo: (run) => void (to = run),
    write: async (end) => {
      const one = known;
      if (one === undefined || !end.changed) return '';
      const why = await within(ports, () => write(one, end));
      // An answer that failed may still hold its connection.
      ports.cutOff();
      return why;
    },
  };
}

function knownOf(event: Extract<RunEvent, { readonly type: 'run.started' }>, stack: string, at: Instant): Known {
  const { run, command, version, identity, host, build } = event;
  return {
    ...{ run, command, version, identity, stack, at },
    ...(host !== undefined && { host }),
    ...(build !== undefined && { build }),
  };
}

/** Reads for the history alone: what cannot be read is left out of it. */
function looksBy({ gateway, mask }: KeeperPorts): {
  readonly stackNow: (name: string) => Promise<Stack | undefined>;
  readonly seenOf: (stack: Stack, images: readonly string[] | undefined) => Promise<Seen>;
  readonly imagesOf: (groups: readonly string[]) => Promise<readonly string[] | undefined>;
} {
  const orNothing = async <T>(ask: (gateway: KeeperGateway) => Promise<T>): Promise<T | undefined> =>
    ask(await gateway()).catch(() => undefined);
  return {
    stackNow: (name) => orNothing((aws) => aws.describeStack(name)),
    seenOf: async (stack, images) => {
      const template = await orNothing((aws) => aws.stackTemplate(stack.id));
      return { template, state: stateOf(stack, { template, images }, (value) => mask(value) !== value) };
    },
    imagesOf: async (groups) => (groups.length === 0 ? undefined : orNothing((aws) => servingImages(aws, groups))),
  };
}

function withImages(state: StackState, images: readonly string[] | undefined): StackState {
  return { ...state, ...(images !== undefined && { images: [...images].sort() }) };
}

/** The copies of the templates first: an entry that is there can be gone back to. */
async function writeAll(
  { address, ports }: { readonly address: HistoryAddress; readonly ports: KeeperPorts },
  entry: HistoryEntry,
  { at, templates }: { readonly at: Instant; readonly templates: readonly (string | undefined)[] },
): Promise<void> {
  const gateway = await ports.gateway();
  const { account, region, stack, run } = entry;
  const place: HistoryPlace = { account, region, stack };
  const { bucket } = address;
  const owner = ownerOf(address, place);
  for (const text of distinct(templates.flatMap((one) => one ?? []))) {
    // A text with a secret in it is kept nowhere; without the secret it would be another template.
    if (ports.mask(text) !== text) continue;
    // Written anew by each run that has it: a lifecycle rule counts from the last one.
    await gateway.writeObject({ bucket, key: templateKey(address, place, hashOf(text)), text, owner });
  }
  await gateway.writeObject({ bucket, key: runKey(address, place, { run, at }), text: entryText(entry), owner });
}

/** Images of the instances in service: EC2 goes on listing those that are gone. */
async function servingImages(gateway: KeeperGateway, names: readonly string[]): Promise<readonly string[]> {
  const [{ groups }, images] = await Promise.all([gateway.describeGroups(names), gateway.instanceImages(names)]);
  const serving = groups.flatMap(({ instances }) => instances.filter(({ lifecycle }) => lifecycle === 'InService'));
  return distinct(serving.flatMap(({ id }) => images[id] ?? []));
}

/** @returns why it did not come to its end, in words; '' when it did */
async function within({ sleep, cutOff }: KeeperPorts, work: () => Promise<void>): Promise<string> {
  const done = new AbortController();
  const late = sleep(HISTORY_MS, done.signal).then(() => {
    if (!done.signal.aborted) cutOff();
    return `no answer within ${HISTORY_MS / 1000} s`;
  });
  const worked = work().then(
    () => '',
    (error: unknown) => (error instanceof AwsFault ? faultText(error) : 'no connection'),
  );
  const why = await Promise.race([worked, late]);
  done.abort();
  return why;
}

function entryOf(
  { at, identity, ...known }: Known,
  { outcome, exitCode, results, failure, elapsedMs }: RunEnd,
  more: Pick<HistoryEntry, 'before' | 'after'> & {
    readonly to: string | undefined;
    readonly mask: (text: string) => string;
  },
): HistoryEntry {
  const { to, mask, ...states } = more;
  return {
    v: 1,
    ...known,
    account: identity.account,
    region: identity.region,
    by: identity.arn,
    at: timestamp(at),
    elapsedMs,
    outcome,
    exitCode,
    ...(failure !== undefined && { failure: { code: failure.code, what: mask(failure.what) } }),
    groups: results.map(({ group, outcome: ended, why }) => ({ group, outcome: ended, why: mask(why) })),
    ...(to !== undefined && { to }),
    ...states,
  };
}

function distinct<T>(all: readonly T[]): readonly T[] {
  return [...new Set(all)];
}
