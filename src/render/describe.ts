import type { Instant } from '../clock.js';
import { STAGE_WORDS } from '../text/stage-words.js';
import type { Action } from '../model/rollout/action.js';
import type { GroupResult, Progress, Wait } from '../model/rollout/decision.js';
import type { HookKind } from '../model/rollout/hook.js';
import type { RunEvent } from '../model/event.js';
import { planLines } from './documents/plan.js';
import { sizes } from './words.js';
import { count } from '../text/count.js';
import { duration } from '../text/duration.js';
import { list } from '../text/list.js';
import { oneLine } from '../text/plain.js';
import { capital, sentence, shortened, withoutStop } from '../text/sentence.js';
import { timestamp } from '../text/timestamp.js';

/** How much a line matters: `detail` may be left out where room is short. */
export type Level = 'detail' | 'info' | 'good' | 'warning' | 'error';

/** One line for people. `scope` is the group, the stack, or `run`. */
export interface Line {
  readonly level: Level;
  readonly scope: string;
  readonly text: string;
  /** It ends in a command, which has to survive being copied: it is never broken into rows. */
  readonly whole?: true;
}

/**
 * The one place with English: every event of a run as lines that can be understood alone. `at` is the
 * event's own time; time left is counted from it.
 */
export function describe(event: RunEvent, at: Instant): readonly Line[] {
  switch (event.type) {
    case 'run.started':
      return describeStart(event);
    case 'settings.read':
    case 'stack.alias':
    case 'parameters.read':
    case 'template.stored':
    case 'assets.published':
    case 'template.checked':
      return describeSetUp(event);
    case 'stack.started':
    case 'change.planned':
    case 'stack.unchanged':
    case 'stack.event':
    case 'stack.waiting':
    case 'stack.mending':
    case 'stack.cancelled':
    case 'stack.settled':
      return describeStackEvent(event, at);
    case 'rollout.called':
    case 'rollout.watched':
    case 'lock.taken':
    case 'lock.waiting':
    case 'groups.found':
      return describeRolloutEvent(event, at);
    case 'group.skipped':
    case 'group.adopted':
    case 'group.instances':
    case 'group.state':
    case 'group.progress':
    case 'group.waiting':
    case 'group.finished':
      return describeGroupEvent(event, at);
    case 'action.started':
    case 'action.done':
    case 'action.failed':
      return describeActionEvent(event);
    case 'hook.started':
    case 'hook.ended':
    case 'gate.started':
    case 'gate.ended':
      return describeHook(event);
    case 'command.ended':
      return describeCommandEnd(event);
    case 'call.retried':
      return describeRetry(event);
    case 'interrupt':
      return line('run', 'warning', `${event.signal}: ${event.effect}`);
    case 'question.asked':
    case 'question.answered':
      return describeQuestion(event);
    case 'heartbeat':
      return line('run', 'detail', `${event.text}${event.until === undefined ? '' : timeLeft(event.until, at)}`);
    case 'warning':
      return describeWarning(event);
    case 'run.finished':
      return describeEnd(event);
  }
}

/** One line, whatever its text holds. */
function line(scope: string, level: Level, text: string): readonly Line[] {
  return [{ scope, level, text: oneLine(text) }];
}

/** What a person is asked, and what the answer means. */
function describeQuestion(event: Told<'question.asked' | 'question.answered'>): readonly Line[] {
  return line('run', 'info', event.type === 'question.asked' ? `${event.signal}: ${event.question}` : event.why);
}

/** A call that is sent once more. */
function describeRetry({ operation, code, attempt, waitMs }: Told<'call.retried'>): readonly Line[] {
  return line('run', 'detail', `${operation} answered ${code}; attempt ${attempt + 1} in ${duration(waitMs)}.`);
}

/** An event of one of these types. */
type Told<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** What a run read and stored before it changed anything. */
function describeSetUp(
  event: Told<
    'settings.read' | 'stack.alias' | 'parameters.read' | 'template.stored' | 'assets.published' | 'template.checked'
  >,
): readonly Line[] {
  switch (event.type) {
    case 'settings.read':
      return [
        ...(event.said.length === 0
          ? []
          : line(
              'run',
              'info',
              `Settings that were not typed: ${event.said.map(({ name, at }) => `${name} (${at})`).join(', ')}.`,
            )),
        ...(event.overridden.length === 0
          ? []
          : line(
              'run',
              'info',
              'Settings not in force: ' +
                `${event.overridden.map(({ name, at, by }) => `${name} (${at}, because of ${by})`).join(', ')}.`,
            )),
      ];
    case 'stack.alias':
      return line('run', 'info', `${event.alias} is an alias of ${event.stack}.`);
    case 'parameters.read': {
      const replaced =
        event.overridden.length === 0
          ? ''
          : ` Replaced by a later file or the command line: ${list(event.overridden)}.`;
      return line('run', 'info', `Parameters read from ${list(event.files)}.${replaced}`);
    }
    case 'template.stored':
      return line('run', 'info', `Template ${event.source}, ${event.bytes} bytes, is stored as ${event.url}.`);
    case 'assets.published': {
      const there = event.there.length === 0 ? '' : ` ${count(event.there.length, 'asset')} there already.`;
      return line(
        event.stack,
        'info',
        `${event.published.length === 0 ? 'No asset to publish.' : `Published ${list(event.published, 8)}.`}${there}`,
      );
    }
    case 'template.checked':
      return line(
        'run',
        'info',
        `${event.previous === true ? capital(event.source) : `Template ${event.source}`}: ` +
          `${event.bytes} bytes, ${count(event.resources, 'resource')}.`,
      );
  }
}

/** What becomes of the stack. */
function describeStackEvent(
  event: Told<
    | 'stack.started'
    | 'change.planned'
    | 'stack.unchanged'
    | 'stack.event'
    | 'stack.waiting'
    | 'stack.mending'
    | 'stack.cancelled'
    | 'stack.settled'
  >,
  at: Instant,
): readonly Line[] {
  switch (event.type) {
    case 'stack.started':
      return describeStackStart(event);
    case 'change.planned':
      return planLines(event.plan, event.begins === true).map((text) => ({
        scope: event.plan.stack,
        level: 'info',
        text,
      }));
    case 'stack.unchanged':
      return line(event.stack, 'good', 'No updates are to be performed: the stack is as asked for.');
    case 'stack.event':
      return describeResource(event);
    case 'stack.waiting': {
      const what =
        event.by !== undefined
          ? `waiting for the change of ${event.by}`
          : event.inProgress.length > 0
            ? `in progress: ${list(event.inProgress, 8)}`
            : 'nothing in progress yet';
      return line(
        event.stack,
        'detail',
        `${[event.status, what, ...doneOf(event.done)].join(', ')}${timeLeft(event.until, at)}.`,
      );
    }
    case 'stack.mending':
      return line(event.stack, 'warning', `${MENDING[event.action]} (token ${event.token}).`);
    case 'stack.cancelled':
      return line(event.stack, 'warning', `Asked CloudFormation to cancel the update: ${sentence(event.why)}`);
    case 'stack.settled':
      return [
        ...line(event.stack, event.ok ? 'good' : 'error', `${event.status} after ${duration(event.elapsedMs)}.`),
        ...event.rootCauses.flatMap((cause) =>
          line(
            event.stack,
            'error',
            `Root cause: ${cause.place === undefined ? '' : `${cause.place} `}${cause.logicalId} ` +
              `(${cause.type}): ${cause.reason}`,
          ),
        ),
      ];
  }
}

/** Whose the groups are, and which ones. */
function describeRolloutEvent(
  event: Told<'rollout.called' | 'rollout.watched' | 'lock.taken' | 'lock.waiting' | 'groups.found'>,
  at: Instant,
): readonly Line[] {
  switch (event.type) {
    case 'rollout.called':
      return event.groups.flatMap((group) =>
        line(group, 'warning', `Asked run ${event.run} to roll back: it does so within seconds.`),
      );
    case 'rollout.watched': {
      const who = event.holder === undefined ? 'no run works on it now' : `${event.holder} works on it`;
      const build = event.build === undefined ? '' : `, for ${event.build}`;
      const text = `Run ${event.run} began it ${timestamp(event.since)} (${event.strategy}); ${who}${build}.`;
      return line(event.group, 'info', text);
    }
    case 'lock.taken':
      return line('run', 'info', `Holds the lock ${list(event.names, 5)} in ${event.lock}.`);
    case 'lock.waiting':
      return line(
        'run',
        'detail',
        `Waits for the lock ${event.name} in ${event.lock}: ${event.why}${timeLeft(event.until, at)}.`,
      );
    case 'groups.found':
      return describeGroups(event);
  }
}

/** Groups of a stack were found there; those that were named may not be there at all. */
function describeGroups(event: Told<'groups.found'>): readonly Line[] {
  if (event.groups.length === 0) return line(event.stack ?? 'run', 'info', 'No Auto Scaling groups.');
  const asked = event.stack === undefined ? 'Asked for ' : '';
  return line(
    event.stack ?? 'run',
    'info',
    event.leftOut === undefined
      ? `${asked}${count(event.groups.length, 'Auto Scaling group')}: ${list(event.groups, 20)}.`
      : `${event.groups.length} of ${count(event.groups.length + event.leftOut.length, 'Auto Scaling group')}: ` +
          `${list(event.groups, 20)}; left out: ${list(event.leftOut, 20)}.`,
  );
}

/** What becomes of one group. */
function describeGroupEvent(
  event: Told<
    | 'group.skipped'
    | 'group.adopted'
    | 'group.instances'
    | 'group.state'
    | 'group.progress'
    | 'group.waiting'
    | 'group.finished'
  >,
  at: Instant,
): readonly Line[] {
  switch (event.type) {
    case 'group.skipped':
      return line(event.group, 'good', `Nothing to do: ${sentence(event.why)}`);
    case 'group.adopted':
      return describeAdopted(event);
    case 'group.instances':
    case 'group.state':
      // The counts of the group and what it waits for say it shorter.
      return [];
    case 'group.progress':
      return line(event.progress.group, 'detail', `${event.progress.phase}: ${describeProgress(event.progress)}.`);
    case 'group.waiting':
      return line(event.wait.group, 'detail', `${event.wait.phase}: ${describeWait(event.wait, at)}`);
    case 'group.finished':
      return describeResult(event.result);
  }
}

/** What is done to groups. */
function describeActionEvent(event: Told<'action.started' | 'action.done' | 'action.failed'>): readonly Line[] {
  switch (event.type) {
    case 'action.started':
      return describeScopes(event.action).flatMap((group) =>
        line(
          group,
          event.action.type === 'renew' ? 'detail' : 'info',
          `${describeAction(event.action)}: ${sentence(event.why)}`,
        ),
      );
    case 'action.done':
      return describeScopes(event.action).flatMap((group) =>
        line(group, 'detail', `Done: ${lowerFirst(describeAction(event.action))}.`),
      );
    case 'action.failed':
      return describeScopes(event.action).flatMap((group) =>
        line(
          group,
          event.again ? 'warning' : 'error',
          `Could not ${lowerFirst(describeAction(event.action))}: ${event.code}: ` +
            `${sentence(event.message)}${event.again ? ' It will be tried again.' : ''}`,
        ),
      );
  }
}

/** What is wrong or in doubt, and what helps. */
/** A warning, and the words of AWS that show it. */
function describeWarning({ reason }: Told<'warning'>): readonly Line[] {
  const { group: scope = 'run', text, remedy, code, evidence = [] } = reason;
  return [
    ...line(scope, 'warning', `${sentence(text)}${remedy ? ` ${remedy}` : ''} [${code}]`),
    ...evidence.flatMap((words) => line(scope, 'info', `AWS: ${words}`)),
  ];
}

/** What CloudFormation told of one resource, or of the stack itself. */
function describeResource(event: Told<'stack.event'>): readonly Line[] {
  const { status, type, logicalId, reason, stackName } = event.event;
  const notes = [...(event.elapsedMs === undefined ? [] : [duration(event.elapsedMs)]), ...doneOf(event.done)];
  const took = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  const nested = stackName === event.stack ? '' : ` in ${stackName}`;
  return line(
    event.stack,
    stackLevel(status),
    `${status} ${type} ${logicalId}${nested}${took}${reason ? `: ${reason}` : ''}`,
  );
}

/** How a command on an instance ended, and the end of what it printed. */
function describeCommandEnd(event: Told<'command.ended'>): readonly Line[] {
  const printed =
    event.output === ''
      ? []
      : event.output
          .split('\n')
          .slice(-COMMAND_LINES)
          .map((text): Line => ({
            scope: event.group,
            level: 'detail',
            text: oneLine(`  ${event.instance} | ${text}`),
          }));
  return [
    ...line(
      event.group,
      event.ok ? 'info' : 'warning',
      `The command on ${event.instance} ${event.ok ? 'succeeded' : 'failed'} after ` +
        `${duration(event.elapsedMs)}: ${sentence(event.how)}`,
    ),
    ...printed,
  ];
}

/** So many of the last lines that a command printed are shown. */
const COMMAND_LINES = 10;

const MENDING: Readonly<Record<Extract<RunEvent, { type: 'stack.mending' }>['action'], string>> = {
  delete: 'Deletes the stack, whose creation had failed',
  rollback: 'Rolls back the update that had failed and was left standing',
  continueRollback: 'Continues the roll-back that had failed',
  cancel: 'Cancels the update',
  revert: 'The swap rolled back, so the stack goes back to the template and the parameters that it had',
};

/** `3 of 7 done`, or nothing when it is not known. */
function doneOf(done: Extract<RunEvent, { type: 'stack.event' }>['done']): readonly string[] {
  return done === undefined ? [] : [`${done.changes} of ${done.of} done`];
}

function describeStart(event: Extract<RunEvent, { type: 'run.started' }>): readonly Line[] {
  const { identity } = event;
  const target = event.stack ?? list(event.groups, 8);
  const lines: Line[] = [
    { scope: 'run', level: 'info', text: `ha-updater ${event.version}, ${event.command} ${target}, run ${event.run}.` },
    {
      scope: 'run',
      level: 'info',
      text: `As ${identity.arn} in account ${identity.account}, region ${identity.region}.`,
    },
  ];
  const given = Object.entries(event.parameters);
  if (given.length > 0) {
    lines.push({
      scope: 'run',
      level: 'info',
      text: `Parameters: ${given.map(([key, value]) => `${key}=${oneLine(value)}`).join(', ')}.`,
    });
  }
  return lines;
}

function describeStackStart(event: Extract<RunEvent, { type: 'stack.started' }>): readonly Line[] {
  const said = (text: string, level: Level = 'detail'): Line => ({ scope: event.stack, level, text: oneLine(text) });
  const given = Object.entries(event.parameters ?? {});
  const { kept = [], defaulted = [], capabilities = [] } = event;
  const why = event.capabilitiesReason ? ` (${withoutStop(event.capabilitiesReason)})` : '';
  return [
    said(`CloudFormation accepted the ${event.action} (token ${event.token}).`),
    ...(given.length > 0
      ? [said(`Parameters sent: ${given.map(([key, value]) => `${key}=${value}`).join(', ')}.`, 'info')]
      : []),
    ...(kept.length > 0 ? [said(`Parameters that keep their value: ${list(kept)}.`)] : []),
    ...(defaulted.length > 0 ? [said(`Parameters at the template's default: ${list(defaulted)}.`)] : []),
    ...(capabilities.length > 0 ? [said(`Capabilities: ${list(capabilities)}${why}.`)] : []),
  ];
}

/**
 * How many are proven matters while they are being proven; before, there are none, and after the verdict nobody
 * looks at their health.
 */
const PROVING: ReadonlySet<Progress['phase']> = new Set(['surge', 'prove', 'bake', 'judge', 'replace']);

/** Whether the counts of what is in service and proven mean anything. */
export function isProving(progress: Progress): boolean {
  return progress.needed > 0 && PROVING.has(progress.phase);
}

/** `old 2, new 2: 1 in service, 0 of 2 proven; size min 2, desired 4, max 4` */
export function describeProgress(progress: Progress): string {
  if (progress.restart !== undefined) {
    const { restarted, out, of } = progress.restart;
    return `${restarted} of ${of} restarted, ${out} out of the balancers, ${progress.inService} in service`;
  }
  const leaving = progress.leaving > 0 ? `, leaving ${progress.leaving}` : '';
  const proof = isProving(progress)
    ? `: ${progress.inService} in service, ${progress.proven} of ${progress.needed} proven`
    : '';
  return `old ${progress.old}, new ${progress.new}${leaving}${proof}; size ${sizes(progress.size)}`;
}

/** What a group waits for, for which instances and why, and how long it still may. */
function describeWait(wait: Wait, at: Instant): string {
  const reasons = byReason(wait.instances).map(([why, instances]) => {
    const oldest = Math.min(...instances.map(({ since }) => since ?? Infinity));
    const age = Number.isFinite(oldest) && at - oldest >= 1000 ? ` for ${duration(at - oldest)}` : '';
    return `${list(
      instances.map(({ id }) => id),
      5,
    )}${age}: ${withoutStop(oneLine(why))}`;
  });
  const sentence = withoutStop(wait.why);
  const more = reasons.length > 5 ? `; and ${count(reasons.length - 5, 'more reason')}` : '';
  const who = reasons.length > 0 ? ` [${reasons.slice(0, 5).join('; ')}${more}]` : '';
  return `${oneLine(sentence)}${who}${wait.until === undefined ? '' : timeLeft(wait.until, at)}.`;
}

/** The instances waited for, those with the same reason together. */
function byReason(instances: Wait['instances']): readonly (readonly [string, Wait['instances']])[] {
  const rows = new Map<string, Wait['instances'][number][]>();
  for (const instance of instances) {
    const why = sayWhy(instance);
    rows.set(why, [...(rows.get(why) ?? []), instance]);
  }
  return [...rows];
}

/** A balancer calls an instance that still boots unhealthy, which alarms whoever reads the log of a good rollout. */
function sayWhy({ state, why }: Wait['instances'][number]): string {
  return state === 'booting' ? `booting (${withoutStop(oneLine(why))})` : why;
}

const RESIZE: Readonly<Record<Extract<Action, { type: 'resize' }>['purpose'], string>> = {
  canary: 'Launch the canary',
  double: 'Double the size',
  surge: 'Raise the size',
  fit: 'Raise the desired capacity to what is there',
  restore: 'Restore the size',
  room: 'Make room for the kept instances',
};

/** The user's commands, for people. */
const HOOK: Readonly<Record<HookKind, string>> = {
  check: 'The check command',
  beforeTerminate: 'The command before termination',
  afterTerminate: 'The command after termination',
};

type CommandEvent = Extract<RunEvent, { type: 'hook.started' | 'hook.ended' | 'gate.started' | 'gate.ended' }>;

interface EndedCommand {
  readonly ok: boolean;
  readonly words: string;
  readonly tries: number;
  readonly output: string;
  /** What its lines begin with. */
  readonly prefix: string;
}

/** What becomes of what a dead run left. */
const ADOPTED: Readonly<Record<'finish' | 'putBack' | 'startOver' | 'giveBack', string>> = {
  giveBack: ', and gives the size back that was kept through a change of the stack.',
  finish: ', and finishes it first.',
  putBack: ', and puts back what it took out.',
  startOver:
    ': what it took out is put back first. Then the restart starts over, with all instances; which ' +
    'of them were through is noted nowhere.',
};

function describeAdopted(event: Extract<RunEvent, { type: 'group.adopted' }>): readonly Line[] {
  const by = event.holder === '' ? '' : ` by ${event.holder}`;
  const begun = `run ${event.run}, begun at ${timestamp(event.since)}${by}`;
  const { keptUntil, backAt, endedAt } = event.record?.gates ?? {};
  // Whether that run ended as it was told to (--detach) or died, nothing was left undone.
  if (keptUntil !== undefined && backAt === undefined && endedAt === undefined)
    return line(
      event.group,
      'info',
      `Goes on with ${begun}, which keeps its old instances until ${timestamp(keptUntil)}.`,
    );
  const { paused = 0, passed = 0 } = event.record?.gates ?? {};
  if (paused > passed) return line(event.group, 'info', `Takes up ${begun}, which paused at ${paused} % as asked.`);
  return line(event.group, 'warning', `Takes over ${begun}, which is gone${ADOPTED[event.next ?? 'finish']}`);
}

/** The most of an expression that a line repeats. */
const LONGEST_METRIC = 100;

/** How a command ended, and the last lines of what it printed. */
function describeGate(event: Extract<RunEvent, { type: 'gate.started' | 'gate.ended' }>): readonly Line[] {
  const { group, stage, metric, calendar } = event;
  const asked = metric === undefined ? 'The gate command' : `The metric ${shortened(metric, LONGEST_METRIC)}`;
  const who = calendar === undefined ? asked : 'The change calendar';
  if (event.type === 'gate.started')
    return [{ scope: group, level: 'info', text: `${who} is asked at ${STAGE_WORDS[stage]}.` }];
  const { said } = event;
  const answer = { goOn: 'goes on', notYet: 'says "not yet"', fail: 'fails it' }[said];
  return describeOutput(group, `${who} at ${STAGE_WORDS[stage]} ${answer}`, {
    ...event,
    ok: said !== 'fail',
    prefix: metric === undefined ? 'gate command' : 'metric',
  });
}

/** A command of the user's, for an instance or at a stage. */
function describeHook(event: CommandEvent): readonly Line[] {
  if (event.type === 'gate.started' || event.type === 'gate.ended') return describeGate(event);
  if (event.type === 'hook.started')
    return [{ scope: event.group, level: 'info', text: `${HOOK[event.hook]} runs for ${event.instance}.` }];
  return describeOutput(event.group, `${HOOK[event.hook]} for ${event.instance}`, { ...event, prefix: event.instance });
}

/** How a command of the user's ended, and the end of what it printed. */
function describeOutput(
  scope: string,
  what: string,
  { ok, words, tries, output, prefix }: EndedCommand,
): readonly Line[] {
  const level = ok ? 'info' : 'warning';
  const said = output
    .split('\n')
    .filter((text) => text.trim() !== '')
    .slice(-HOOK_LINES);
  return [
    { scope, level, text: oneLine(`${what}: ${words}${tries > 1 ? ` at try ${tries}` : ''}.`) },
    ...said.map((text): Line => ({ scope, level: ok ? 'detail' : level, text: oneLine(`${prefix}: ${text}`) })),
  ];
}

/** Lines of a command's output that are shown; the event holds more. */
const HOOK_LINES = 5;

/** An action as an order: `Suspend AlarmNotification, AZRebalance`. */
function describeAction(action: Action): string {
  switch (action.type) {
    case 'record':
      if (action.record.strategy === 'restart')
        return `Write the restart record (${count(action.record.old, 'instance')}, quorum ${action.record.quorum})`;
      if (action.record.strategy === 'keep-size') return `Note the size to keep (${sizes(action.record.size)})`;
      return `Write the rollout record (${sizes(action.record.size)}, ${action.record.old} old)`;
    case 'suspend':
      return `Suspend ${list(action.processes)}`;
    case 'resume':
      return `Resume ${list(action.processes)}`;
    case 'resize':
      return `${RESIZE[action.purpose]} (${sizes(action.size)})`;
    case 'judge':
      return action.verdict.outcome === 'promote' ? 'Decide to promote' : 'Decide to roll back';
    case 'terminate':
      return describeTermination(action);
    case 'shield':
      return (
        `${action.on ? 'Protect' : 'No longer protect'} ` +
        `${count(action.instances.length, 'old instance')} from scale-in (${list(action.instances, 5)})`
      );
    case 'standby':
      return describeStandby(action);
    case 'freeze':
      return action.note.processes.length > 0
        ? `Note the freeze (${list(action.note.processes)} stay suspended)`
        : 'Note the freeze (nothing stays suspended)';
    case 'clear':
      return `Remove the notes of this rollout (${list(action.notes)})`;
    case 'pause':
      return describePause(action);
    case 'rewrite':
      return describeRewrite(action);
    case 'note':
      return describeOut(action);
    case 'deregister':
      return `Deregister ${list(
        action.targets.map(({ instance }) => instance),
        8,
      )} from ${action.balancer.name}`;
    case 'register':
      return `Register ${list(
        action.targets.map(({ instance }) => instance),
        8,
      )} with ${action.balancer.name}`;
    case 'run':
      return `Run the command on ${action.instance}`;
    case 'cancel':
      return `Stop the command on ${action.instance}`;
    case 'version':
    case 'point':
      return describeImage(action);
    case 'renew':
      return 'Renew the lease';
  }
}

function describeImage(action: Extract<Action, { type: 'version' | 'point' }>): string {
  return action.type === 'version'
    ? `Make a version of ${action.image.template} with image ${action.image.id}`
    : `Let the group launch version ${action.version} of ${action.template}`;
}

/** What a restart has taken out of its balancers. */
function describeOut({ out: { instances } }: Extract<Action, { type: 'note' }>): string {
  const ids = instances.map(({ id }) => id);
  return ids.length === 0
    ? 'Note that no instance is out of the balancers'
    : `Note which instances are out of the balancers (${list(ids, 8)})`;
}

function describeTermination({ instances, half, decrement, aside }: Extract<Action, { type: 'terminate' }>): string {
  const which = `${count(instances.length, `${half} instance`)} (${list(instances, 5)})`;
  if (aside === true) return `Terminate ${which}, in standby until now`;
  return `Terminate ${which}${decrement || half === 'new' ? '' : ', to be replaced'}`;
}

function describeStandby({ instances, on, decrement }: Extract<Action, { type: 'standby' }>): string {
  const which = `${count(instances.length, 'old instance')} ${on ? 'into' : 'out of'} standby (${list(instances, 5)})`;
  return `${on ? 'Put' : 'Take'} ${which}${on && !decrement ? ', to be replaced' : ''}`;
}

function describePause({ record: { gates } }: Extract<Action, { type: 'pause' }>): string {
  return gates?.keptUntil === undefined
    ? `Pause at ${gates?.paused ?? 0} %`
    : `Leave the old instances kept until ${timestamp(gates.keptUntil)}`;
}

function describeRewrite({ record: { theirs, gates } }: Extract<Action, { type: 'rewrite' }>): string {
  if (gates?.backAt !== undefined) return 'Note that the kept instances serve again';
  if (gates?.endedAt !== undefined) return 'Note that the old instances are not kept any longer';
  if (gates?.keptUntil !== undefined) return `Note that the old instances are kept until ${timestamp(gates.keptUntil)}`;
  return theirs === undefined
    ? 'Write the notes of this rollout again'
    : `Note what somebody else set (${list(Object.entries(theirs).map((size) => size.join(' ')))})`;
}

/** One group's end, as one sentence. */
function describeResult(result: GroupResult): readonly Line[] {
  const line = (level: Level, text: string): readonly Line[] => [{ scope: result.group, level, text: oneLine(text) }];
  switch (result.outcome) {
    case 'promoted':
      return line('good', `Promoted: ${sentence(result.why)}`);
    case 'proven':
      return line('good', `Proven: ${sentence(result.why)}`);
    case 'restarted':
      return line('good', `Restarted: ${sentence(result.why)}`);
    case 'putBack':
      return line(result.open.length === 0 ? 'warning' : 'error', `Put back: ${sentence(result.why)}`);
    case 'sizeKept':
      return line('good', `Size kept: ${sentence(result.why)}`);
    case 'unfrozen':
      return line('good', `Unfrozen: ${sentence(result.why)}`);
    case 'skipped':
      return line('good', `Nothing to do: ${sentence(result.why)}`);
    case 'rolledBack': {
      const frozen = result.frozen.length > 0 ? ` Frozen: ${list(result.frozen)} stay suspended.` : '';
      const beside = result.stay === undefined ? '' : ` In service beside the old ones: ${result.stay} new.`;
      const level = result.asked === true && result.stay === undefined ? 'good' : 'error';
      return line(level, `Rolled back: ${sentence(result.why)}${beside}${frozen}`);
    }
    case 'paused':
      return line('good', `Paused: ${sentence(result.why)}`);
    case 'kept':
      return line('good', `Kept: ${sentence(result.why)}`);
    case 'stuck':
      return line('error', `Stuck: ${sentence(result.why)}`);
    case 'unproven':
      return line('error', `Not proven: ${sentence(result.why)}`);
  }
}

function describeEnd(event: Extract<RunEvent, { type: 'run.finished' }>): readonly Line[] {
  const after = `after ${duration(event.elapsedMs)}`;
  const good = event.exitCode === 0 || event.outcome === 'changes';
  const by = (outcome: GroupResult['outcome']): number =>
    event.results.filter((result) => result.outcome === outcome).length;
  const tally = (
    [
      'promoted',
      'proven',
      'restarted',
      'putBack',
      'sizeKept',
      'unfrozen',
      'skipped',
      'paused',
      'kept',
      'rolledBack',
      'unproven',
      'stuck',
    ] as const
  )
    .filter((outcome) => by(outcome) > 0)
    .map((outcome) => `${by(outcome)} ${TALLY[outcome] ?? outcome}`);
  const groups = tally.length > 0 ? `; groups: ${tally.join(', ')}` : '';
  const next = (event.next ?? []).map((command): Line => ({
    scope: 'run',
    level: 'info',
    text: `Next: ${command}`,
    whole: true,
  }));
  return [
    {
      scope: 'run',
      level: good ? 'good' : 'error',
      text: `${END[event.outcome]} ${after}${groups}; exit ${event.exitCode}.`,
    },
    ...next,
  ];
}

/** Ends of groups in words, where the name of the end is none. */
const TALLY: Readonly<Partial<Record<GroupResult['outcome'], string>>> = {
  rolledBack: 'rolled back',
  putBack: 'put back',
  sizeKept: 'size kept',
};

/** The end of a run in one or two words; also the headline of a failure. */
export const END: Readonly<Record<Extract<RunEvent, { type: 'run.finished' }>['outcome'], string>> = {
  updated: 'Updated',
  created: 'Created',
  swapped: 'Swapped',
  restarted: 'Restarted',
  restartFailed: 'Restart ended early',
  nothing: 'Nothing to do',
  paused: 'Paused',
  kept: 'Kept',
  undone: 'Rolled back as asked',
  sizeKept: 'Size given back',
  unfrozen: 'Unfrozen',
  cancelled: 'Cancelled',
  planned: 'Planned',
  changes: 'Planned, with changes',
  stackFailed: 'Stack failed',
  swapRolledBack: 'Rolled back',
  stopped: 'Stopped part-way',
  refused: 'Refused',
  held: 'Held by another run',
  usage: 'Usage error',
  bug: 'Bug',
};

function describeScopes(action: Action): readonly string[] {
  return 'groups' in action ? action.groups : [action.group];
}

function stackLevel(status: string): Level {
  if (status.endsWith('_FAILED')) return 'error';
  return status.includes('ROLLBACK') ? 'warning' : 'info';
}

/** Nothing when the limit lies behind us or so far away that two clocks must differ. */
function timeLeft(until: Instant, at: Instant): string {
  const left = until - at;
  return left >= 0 && left < 3 * 86_400_000 ? `, ${duration(left)} left` : '';
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
