import type { GateFlags } from '../../config/gates.js';
import { readWanted, type Wanted } from '../../config/rollout-plan.js';
import type { StrategyFlags } from '../../config/strategy.js';
import { clockCheck } from '../../decide/checkup/clock.js';
import { permissionCheck, permissionQuestions } from '../../decide/checkup/permissions.js';
import { roomCheck, VCPU_QUOTAS } from '../../decide/checkup/room.js';
import { noStack } from '../../engine/stack/no-stack.js';
import { stackGroupRows } from '../../engine/stack/stack-groups.js';
import { retrying, type RepeatableGateway } from '../../engine/retrying-gateway.js';
import { AwsFault, badFlags, EXIT } from '../../errors.js';
import type { HistoryAddress } from '../../history/history-address.js';
import { keptObjects, type HistoryPlace } from '../../history/keys.js';
import type {
  AdvisedCheck,
  AnsweredPermissions,
  Check,
  Growth,
  PermissionQuestion,
  Room,
} from '../../model/checkup.js';
import type { Identity } from '../../model/event.js';
import type { Group } from '../../model/rollout/group.js';
import type { Stack } from '../../model/stack/stack.js';
import type { GroupOutlook } from '../../model/stack/change-plan.js';
import { busArn, readBus } from '../../notify/event-bus.js';
import { checkupPage } from '../../render/documents/checkup-page.js';
import { lineWriter } from '../../render/line-writer.js';
import { toldAt } from '../../run/place.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { faultText } from '../../text/fault-text.js';
import { checkFirst } from '../groups/ask-first.js';
import { historyCheck } from '../history/check-history.js';
import { historyAsked, type HistoryFlags } from '../history/open-history.js';
import { namedGroups, targetProblems, type TargetFlags } from '../groups/command-targets.js';
import { outlooks } from '../groups/outlooks.js';
import { templateReasons } from '../stack/template-reasons.js';
import { lookAtNamed, withLook, type Looking } from './read-only.js';

/** What a run would be given besides its target, so that what it asks before it begins can be asked here. */
interface GivenToRuns
  extends Pick<GateFlags, 'change-calendar' | 'despite-calendar' | 'metric' | 'gate-timeout'>, HistoryFlags {
  readonly 'event-bus'?: string | undefined;
}

export interface DoctorAsked extends TargetFlags, CommonFlags, StrategyFlags, GivenToRuns {}

/** The --json document of `doctor`. Fields are only ever added. */
export interface DoctorDocument extends Omit<CommandResult, 'stack' | 'groups'> {
  readonly account: string;
  /** ARN of the caller. */
  readonly caller: string;
  readonly region: string;
  readonly stack?: string;
  readonly groups: readonly string[];
  /** In the order in which things go wrong. */
  readonly checks: readonly Check[];
}

/** What is looked at: the caller, and the stack and its groups, if any are meant. */
interface Patient {
  readonly looking: Looking;
  readonly identity: Identity;
  readonly stack?: Stack;
  readonly groups: readonly Group[];
  readonly asked: DoctorAsked;
  readonly context: ProcessContext;
  /** Where runs are kept; absent: nowhere. */
  readonly history?: HistoryAddress;
}

/**
 * `doctor`: whether a rollout could start here: who calls, the clock, permissions, what a run asks before it begins
 * (calendars, metrics) and where it is kept, the template, the groups (by the function that `plan` asks), and room for
 * what is launched on top. Reads only; exits as preflight would.
 */
export async function doctor(asked: DoctorAsked, context: ProcessContext): Promise<CommandResult | DoctorDocument> {
  const anything = asked.stack === undefined && asked.asgs.length === 0 && (asked['asg-tag'] ?? []).length === 0;
  const problems = anything ? [] : targetProblems(asked);
  if (problems.length > 0) throw badFlags(problems);
  const history = historyAsked(asked);
  if (isGiven(asked['event-bus'])) readBus(asked['event-bus']);
  const wanted = wantedOf(asked);
  return withLook({ command: 'doctor', groups: asked.asgs }, asked, context, async (looking, named) => {
    const gateway = retrying(looking.deps, QUICK);
    const began = looking.deps.clock.now();
    const { at, ...identity } = await gateway.identity();
    const here = looking.deps.clock.now();
    const patient = {
      looking,
      identity,
      asked: named,
      context,
      ...(await meant(looking, named, anything)),
      ...(history && { history }),
    };
    const sandbox = context.env['HA_UPDATER_SPEED'] !== undefined && context.simulated === undefined;
    const found: readonly AdvisedCheck[] = [
      callerCheck(identity),
      clockCheck(sandbox ? undefined : { here, there: at, tookMs: here - began }),
      await permissionsOf(patient, gateway),
      ...(await checkFirst(looking, wanted)),
      ...(history === undefined ? [] : [await historyCheck(looking, history, placeOf(patient))]),
      ...(patient.stack === undefined ? [] : [await templateCheck(patient, patient.stack)]),
      ...(await groupChecks(patient, gateway)),
    ];
    const checks = found.map((check): Check => ({ ...check, findings: toldAt(check.findings, looking.place) }));
    const against = checks.some(({ state }) => state === 'against');
    const document: DoctorDocument = {
      v: 1,
      command: 'doctor',
      outcome: against ? 'refused' : 'shown',
      exitCode: against ? EXIT.refused : EXIT.done,
      account: identity.account,
      caller: identity.arn,
      region: looking.region,
      ...(named.stack !== undefined && { stack: named.stack }),
      groups: patient.groups.map(({ name }) => name),
      checks,
    };
    if (!context.json) checkupPage(document).forEach(lineWriter(context.stdout));
    return document;
  });
}

/** The stack and the groups that are meant. @throws Failure `refused` when one of them is not there */
async function meant(
  looking: Looking,
  asked: DoctorAsked,
  anything: boolean,
): Promise<Pick<Patient, 'stack' | 'groups'>> {
  if (anything) return { groups: [] };
  const { deps } = looking;
  if (asked.stack === undefined) {
    const names = await namedGroups({ deps }, asked);
    return { groups: (await lookAtNamed(looking, names)).groups };
  }
  const stack = await retrying(deps).describeStack(asked.stack);
  if (stack === undefined) throw noStack(asked.stack);
  const names = (await stackGroupRows(deps, stack.id)).map(({ name }) => name);
  return { stack, groups: names.length === 0 ? [] : (await lookAtNamed(looking, names)).groups };
}

function callerCheck({ arn, account, region }: Identity): Check {
  return { topic: 'caller', state: 'ok', says: `${arn} of account ${account}, in ${region}`, findings: [] };
}

/** What the flags ask of a run; settings may limit how long a metric is asked although none is given here. */
function wantedOf(asked: DoctorAsked): Wanted {
  const { 'gate-timeout': timeout, ...rest } = asked;
  const isAsked = (asked.metric ?? []).length > 0;
  return readWanted({ ...rest, swap: 'always', ...(isAsked && { 'gate-timeout': timeout }) });
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function placeOf({ identity: { account, region }, asked: { stack = '' } }: Patient): HistoryPlace {
  return { account, region, stack };
}

async function permissionsOf(patient: Patient, gateway: RepeatableGateway): Promise<Check> {
  const { identity, stack, groups, history, asked } = patient;
  const { arn, account, region } = identity;
  const bus = asked['event-bus'];
  if (/^arn:[\w-]+:iam::\d+:root$/.test(arn))
    return { topic: 'permissions', state: 'ok', says: 'the root user may do everything', findings: [] };
  const partition = arn.split(':')[1] ?? 'aws';
  const questions = permissionQuestions({
    region,
    account,
    partition,
    ...(history !== undefined && { history: keptObjects(history, placeOf(patient), partition) }),
    ...(isGiven(bus) && { eventBus: busArn(bus, { partition, region, account }) }),
    ...(stack !== undefined && { stackId: stack.id }),
    groups: groups.map(({ name, tags = {}, stackId }) => ({
      name,
      tags: {
        ...tags,
        ...(stackId !== undefined && { 'aws:cloudformation:stack-name': stackId.split('/')[1] ?? '' }),
      },
    })),
  });
  const answered: AnsweredPermissions[] = [];
  for (const question of questions) {
    const answers = await askIam(gateway, arn, question);
    answered.push({ question, answers });
    // What IAM does not tell once it does not tell at all.
    if ('unknown' in answers) break;
  }
  return permissionCheck(answered, arn);
}

async function askIam(
  gateway: RepeatableGateway,
  arn: string,
  question: PermissionQuestion,
): Promise<AnsweredPermissions['answers']> {
  const answers = await orWhy(() => gateway.permissions(arn, question));
  return typeof answers === 'string' ? { unknown: answers } : answers;
}

async function templateCheck({ looking, identity }: Patient, stack: Stack): Promise<Check> {
  const findings = await templateReasons({ deps: looking.deps, region: looking.region, identity }, stack);
  const against = findings.some(({ severity }) => severity === 'error');
  return {
    topic: 'template',
    state: against ? 'against' : findings.length > 0 ? 'warning' : 'ok',
    says:
      findings.length === 0 ? 'nothing in it stands against a rollout' : `${count(findings.length, 'finding')} in it`,
    findings: findings.map(({ code, text, remedy, path }) => ({
      code,
      text: path === '' ? text : `${path}: ${text}`,
      remedy,
    })),
  };
}

/** What `plan` says of the groups if every instance were outdated, and whether there is room for it. */
async function groupChecks(
  { looking, groups, stack, asked, context }: Patient,
  gateway: RepeatableGateway,
): Promise<readonly AdvisedCheck[]> {
  if (groups.length === 0) return [];
  const wanted = wantedOf(asked);
  const run = { ...looking, id: 'doctor', host: context.host, pid: context.pid };
  const of = { groups: groups.map(({ name }) => name), ...(stack !== undefined && { stack: stack.id }) };
  const seen = await outlooks(run, wanted, of, undefined);
  const against = seen.flatMap((outlook) => outlook.against);
  const warnings = seen.flatMap((outlook) => outlook.warnings);
  return [
    {
      topic: 'groups',
      state: against.length > 0 ? 'against' : warnings.length > 0 ? 'warning' : 'ok',
      says:
        against.length > 0
          ? `${count(against.length, 'reason')} not to start`
          : `${count(groups.length, 'group')}; a rollout could start`,
      findings: [...against, ...warnings],
    },
    roomCheck(growthsOf(groups, seen), await roomOf(groups, gateway)),
  ];
}

function growthsOf(groups: readonly Group[], seen: readonly GroupOutlook[]): readonly Growth[] {
  return groups.flatMap((group): Growth[] => {
    const outlook = seen.find((one) => one.group === group.name);
    if (outlook === undefined) return [];
    const { size, doubled: peak } = outlook;
    const units = group.instances.reduce((sum, { weight }) => sum + weight, 0);
    const instances = group.instances.map(({ id }) => id);
    return [{ group: group.name, size, peak, units, instances, subnets: group.subnets ?? [] }];
  });
}

async function roomOf(groups: readonly Group[], gateway: RepeatableGateway): Promise<Room> {
  const ids = groups.flatMap(({ subnets = [] }) => subnets);
  return {
    counted: await orWhy(() => gateway.countedInstances()),
    quotas: await orWhy(() => gateway.vcpuQuotas(VCPU_QUOTAS.map(({ code }) => code))),
    subnets: ids.length === 0 ? [] : await orWhy(() => gateway.subnets(ids)),
  };
}

/** What AWS answers, or why it does not. */
async function orWhy<T>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return faultText(error);
  }
}
