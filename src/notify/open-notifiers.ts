import type { Reason } from '../model/rollout/decision.js';
import { entryOf, readBus, type PutEntry } from './event-bus.js';
import { createNotifier, type Notifier } from './notifier.js';
import { readWebhook, requestOf, WEBHOOK_VARIABLES, type Post } from './webhook.js';

/** Who is told of a run besides whoever reads its output. */
export interface NotifyFlags {
  /** Where the address of a webhook is. */
  readonly webhook?: string | undefined;
  /** Name or ARN of an event bus. */
  readonly 'event-bus'?: string | undefined;
}

/** The ways out. */
export interface NotifyWays {
  readonly post: Post;
  readonly put: PutEntry;
  /** Resolves when the end of the run has waited long enough. */
  readonly patience: () => Promise<void>;
}

/**
 * Reads where the notices go while nothing is begun yet.
 *
 * @param warn hears of the first notice that one of them did not take
 * @throws Failure `usage`
 */
export async function openNotifiers(
  { webhook = '', 'event-bus': bus = '' }: NotifyFlags,
  env: Readonly<Record<string, string | undefined>>,
  { post, put, patience }: NotifyWays,
  warn: (reason: Reason) => void,
): Promise<{ readonly notifiers: readonly Notifier[]; readonly secrets: readonly string[] }> {
  const notifiers: Notifier[] = [];
  const secrets: string[] = [];
  const remedy = 'The run goes on; later notices are tried.';
  if (webhook !== '') {
    const address = await readWebhook(webhook, env);
    const secret = env[WEBHOOK_VARIABLES.secret];
    secrets.push(address, ...(secret === undefined ? [] : [secret]));
    const send = createNotifier(
      (notice) => {
        const { body, headers } = requestOf(notice, secret);
        return post(address, body, headers);
      },
      (why) => warn({ code: 'output.webhook', text: `The webhook did not take a notice: ${why}.`, remedy }),
      patience,
    );
    notifiers.push(send);
  }
  if (bus !== '') {
    const name = readBus(bus);
    const send = createNotifier(
      (notice) => put(entryOf(notice, name)),
      (why) => warn({ code: 'output.eventBus', text: `The event bus ${name} did not take a notice: ${why}.`, remedy }),
      patience,
    );
    notifiers.push(send);
  }
  return { notifiers, secrets };
}
