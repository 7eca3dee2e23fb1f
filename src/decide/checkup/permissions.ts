import type { AnsweredPermissions, Check, PermissionQuestion } from '../../model/checkup.js';
import type { Reason } from '../../model/rollout/decision.js';
import { list } from '../../text/list.js';
import { NEEDED_ACTIONS, type NeededActions } from './needed-actions.js';

/** A group as policies know it. */
interface GroupToAsk {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where the questions are about. */
export interface AskedPlace {
  readonly region: string;
  readonly account: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** ARN of the stack; absent without one. */
  readonly stackId?: string;
  readonly groups: readonly GroupToAsk[];
  /** ARN of the objects that the history of the stack is made of; absent where no history is kept. */
  readonly history?: string;
  /** ARN of the event bus that runs tell; absent where they tell none. */
  readonly eventBus?: string;
}

/** Each group is a call of a service that takes few; beyond these one speaks for the others. */
const MOST_GROUPS = 5;

/** All tags that a run writes on a group; policies may name them. */
const OUR_TAGS = ['ha-updater:rollout', 'ha-updater:lease', 'ha-updater:verdict', 'ha-updater:frozen'];

/** The id in the ARN of a group is not told by any call that lists many groups; policies write `*` for it. */
const SOME_ID = '00000000-0000-0000-0000-000000000000';

/** What to ask IAM: one question for each thing. A conditional permission is told by tags of that thing. */
export function permissionQuestions(place: AskedPlace): PermissionQuestion[] {
  const { region, account, partition, stackId, groups } = place;
  const things = { 'the stack': stackId, 'the history': place.history, 'the event bus': place.eventBus };
  const base = { 'aws:RequestedRegion': [region], 'aws:SecureTransport': ['true'] };
  return NEEDED_ACTIONS.flatMap(({ purpose, on, actions }): PermissionQuestion[] => {
    if (on === 'anything') return [{ purpose, actions, context: base }];
    if (on === 'the stack' || on === 'the history' || on === 'the event bus') {
      const resource = things[on];
      return resource === undefined ? [] : [{ purpose, actions, resource, context: base }];
    }
    return groups.slice(0, MOST_GROUPS).map(({ name, tags }) => ({
      purpose,
      actions,
      resource:
        on === 'each group'
          ? `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:${SOME_ID}:autoScalingGroupName/${name}`
          : `arn:${partition}:ec2:${region}:${account}:instance/i-00000000000000000`,
      context: {
        ...base,
        'aws:TagKeys': OUR_TAGS,
        ...Object.fromEntries(
          Object.entries(tags).flatMap(([key, value]) => [
            [`aws:ResourceTag/${key}`, [value]],
            [`autoscaling:ResourceTag/${key}`, [value]],
            [`ec2:ResourceTag/${key}`, [value]],
          ]),
        ),
      },
    }));
  });
}

/** What the answers mean for a run. */
export function permissionCheck(answered: readonly AnsweredPermissions[], principal: string): Check {
  const topic = 'permissions';
  const unknown = answered.flatMap(({ answers }) => ('unknown' in answers ? [answers.unknown] : []));
  if (unknown[0] !== undefined)
    return {
      topic,
      state: 'unknown',
      says: 'not known: IAM could not be asked',
      findings: [
        {
          code: 'permission.unknown',
          text: `whether ${principal} may do what a run does is not known: ${unknown[0]}`,
          remedy: 'Compare its policies with templates/iam-policy.json, or allow iam:SimulatePrincipalPolicy on it.',
        },
      ],
    };
  const findings = NEEDED_ACTIONS.flatMap((needed) => missing(needed, answered));
  const against = findings.filter(({ code }) => code === 'permission.denied');
  const asked = new Set(answered.flatMap(({ question }) => question.actions)).size;
  return {
    topic,
    state: against.length > 0 ? 'against' : findings.length > 0 ? 'warning' : 'ok',
    says: findings.length === 0 ? `IAM allows all ${asked} actions of a run` : 'IAM does not allow all that a run does',
    findings,
  };
}

/** Actions of one purpose that are denied, and those of which it depends on what nobody knows here. */
function missing(needed: NeededActions, answered: readonly AnsweredPermissions[]): readonly Reason[] {
  const { purpose, without } = needed;
  const all = answered.flatMap(({ question, answers }) =>
    question.purpose !== purpose || 'unknown' in answers
      ? []
      : answers.filter(({ allowed }) => !allowed).map((answer) => ({ ...answer, resource: question.resource })),
  );
  const denied = all.filter(({ missingContext }) => missingContext.length === 0);
  const open = all.filter(({ missingContext }) => missingContext.length > 0);
  const names = (of: readonly { readonly action: string }[]): string =>
    list([...new Set(of.map(({ action }) => action))].sort());
  const where = [...new Set(denied.flatMap(({ resource }) => (resource === undefined ? [] : [shortName(resource)])))];
  return [
    ...(denied.length === 0
      ? []
      : [
          {
            code: without === undefined ? 'permission.denied' : 'permission.lacking',
            text: `${purpose} is not allowed${where.length === 0 ? '' : ` for ${list(where)}`}: ${names(denied)}`,
            remedy:
              without ?? 'Allow it in a policy of the user or role; templates/iam-policy.json has all that is needed.',
          },
        ]),
    ...(open.length === 0
      ? []
      : [
          {
            code: 'permission.conditional',
            text:
              `${purpose} may not be allowed: ${names(open)} ${open.length === 1 ? 'depends' : 'depend'} on ` +
              list([...new Set(open.flatMap(({ missingContext }) => missingContext))].sort()),
            remedy: 'A policy asks for what only the call itself has; see there whether it is met.',
          },
        ]),
  ];
}

/** The end of an ARN that a person knows: the name of a group or a stack. */
function shortName(arn: string): string {
  return /autoScalingGroupName\/(.+)$/.exec(arn)?.[1] ?? /:stack\/([^/]+)/.exec(arn)?.[1] ?? arn;
}
