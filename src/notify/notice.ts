import type { Action } from '../model/rollout/action.js';
import type { FailureFacts, Identity, Outcome, Stamped } from '../model/event.js';
import { timestamp } from '../text/timestamp.js';

/** What a notice is about. */
type NoticeKind = 'started' | 'verdict' | 'kept' | 'paused' | 'ended';

/** One notice of a run, for programs. Fields are only ever added; nothing of it is a value that was given. */
export interface Notice {
  readonly v: 1;
  readonly kind: NoticeKind;
  readonly run: string;
  readonly command: string;
  readonly stack?: string;
  readonly groups: readonly string[];
  readonly account: string;
  readonly region: string;
  /** Who runs it: the ARN of the identity. */
  readonly by: string;
  readonly build?: string;
  /** Service time, as ISO 8601. */
  readonly at: string;
  /** Of a verdict: `promote` or `rollBack`; of an end: how the run ended. */
  readonly outcome?: Outcome | 'promote' | 'rollBack';
  /** Of what is kept: until when the old instances can serve again. */
  readonly until?: string;
  readonly exitCode?: number;
  /** Of a failure: its code, what happened, what serves now, and the commands that help. */
  readonly failure?: Pick<FailureFacts, 'code' | 'what' | 'serves' | 'next'>;
  /** Texts were cut, or names and commands left out: it was larger than its way takes. */
  readonly shortened?: true;
}

type Rewrite = Extract<Action, { readonly type: 'rewrite' }>;

/** What is known of the run from its first event on. */
type Known = Pick<Notice, 'run' | 'command' | 'stack' | 'groups' | 'build'> & { readonly identity: Identity };

/** Makes notices out of the events of one run, each told once. */
export function noticeTeller(): (stamped: Stamped) => Notice | undefined {
  let known: Known | undefined;
  const told = new Set<string>();
  const isNews = (key: string): boolean => !told.has(key) && told.add(key).has(key);
  return ({ event, at }) => {
    if (event.type === 'run.started') {
      const { run, command, stack, groups, identity, build } = event;
      known = {
        run,
        command,
        ...(stack !== undefined && { stack }),
        groups,
        identity,
        ...(build !== undefined && { build }),
      };
      return about(known, 'started', at);
    }
    if (known === undefined) return undefined;
    switch (event.type) {
      case 'groups.found':
        known = { ...known, groups: event.groups };
        return undefined;
      case 'action.done': {
        const { action } = event;
        if (action.type === 'rewrite') {
          const kept = keptBy(known, action, at);
          return kept !== undefined && isNews(`kept ${action.group}`) ? kept : undefined;
        }
        if (action.type !== 'judge') return undefined;
        const { groups, verdict } = action;
        if (!isNews(`${verdict.outcome} ${groups.join(' ')}`)) return undefined;
        return { ...about({ ...known, groups }, 'verdict', at), outcome: verdict.outcome };
      }
      case 'run.finished': {
        const { outcome, exitCode, failure } = event;
        const { code = '', what = '', serves = '', next = [] } = failure ?? {};
        return {
          ...about(known, outcome === 'paused' ? 'paused' : 'ended', at),
          outcome,
          exitCode,
          ...(failure !== undefined && { failure: { code, what, serves, next } }),
        };
      }
      default:
        return undefined;
    }
  };
}

/** The old half of a group has left the balancers and is kept from now on. */
function keptBy(known: Known, { group, record }: Rewrite, at: number): Notice | undefined {
  const { keptUntil, backAt, endedAt } = record.gates ?? {};
  if (keptUntil === undefined || backAt !== undefined || endedAt !== undefined) return undefined;
  return { ...about({ ...known, groups: [group] }, 'kept', at), until: timestamp(keptUntil) };
}

function about({ identity, ...known }: Known, kind: NoticeKind, at: number): Notice {
  const { account, region, arn } = identity;
  return { v: 1, kind, ...known, account, region, by: arn, at: timestamp(at) };
}

/** The notice in a few lines, as chats show it. */
export function noticeText(notice: Notice): string {
  const { command, stack, groups, region, account, by, kind, outcome, exitCode, failure, until } = notice;
  const target = stack ?? groups.slice(0, 5).join(', ');
  const head = `ha-updater ${command} ${target} (${account}, ${region})`;
  switch (kind) {
    case 'started':
      return escaped(`${head}: started by ${by}`);
    case 'verdict':
      return escaped(`${head}: ${outcome === 'promote' ? 'promotes, the old instances leave' : 'rolls back'}`);
    case 'kept':
      return escaped(
        `${head}: the new instances of ${groups.join(', ')} serve; the old ones are kept until ${until ?? ''}`,
      );
    case 'paused':
      return escaped(`${head}: paused, as asked, until somebody resumes it`);
    case 'ended': {
      const told = failure === undefined ? [] : [`${failure.what} [${failure.code}]`, failure.serves, ...failure.next];
      return escaped([`${head}: ended with ${outcome ?? ''}, exit ${exitCode ?? ''}`, ...told].join('\n'));
    }
  }
}

/** The three signs that Slack reads as its own. Source: Slack's reference on formatting text, "Escaping text". */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
