import type { FailureFacts, Identity, Outcome, Stamped } from '../model/event.js';
import { timestamp } from '../text/timestamp.js';

/** What a notice is about. */
type NoticeKind = 'started' | 'verdict' | 'paused' | 'ended';

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
  readonly exitCode?: number;
  /** Of a failure: its code, what happened, what serves now, and the commands that help. */
  readonly failure?: Pick<FailureFacts, 'code' | 'what' | 'serves' | 'next'>;
}

/** What is known of the run from its first event on. */
type Known = Pick<Notice, 'run' | 'command' | 'stack' | 'groups' | 'build'> & { readonly identity: Identity };

/** Makes notices out of the events of one run, each told once. */
export function noticeTeller(): (stamped: Stamped) => Notice | undefined {
  let known: Known | undefined;
  const judged = new Set<string>();
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
        if (event.action.type !== 'judge') return undefined;
        const { groups, verdict } = event.action;
        const key = `${verdict.outcome} ${groups.join(' ')}`;
        if (judged.has(key)) return undefined;
        judged.add(key);
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

function about({ identity, ...known }: Known, kind: NoticeKind, at: number): Notice {
  const { account, region, arn } = identity;
  return { v: 1, kind, ...known, account, region, by: arn, at: timestamp(at) };
}

/** The notice in a few lines, as chats show it. */
export function noticeText(notice: Notice): string {
  const { command, stack, groups, region, account, by, kind, outcome, exitCode, failure } = notice;
  const target = stack ?? groups.slice(0, 5).join(', ');
  const head = `ha-updater ${command} ${target} (${account}, ${region})`;
  switch (kind) {
    case 'started':
      return escaped(`${head}: started by ${by}`);
    case 'verdict':
      return escaped(`${head}: ${outcome === 'promote' ? 'promotes, the old instances leave' : 'rolls back'}`);
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
