import { createHmac } from 'node:crypto';
import { badFlags, problem, usage } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { whyNot } from '../files/system-fault.js';
import { noticeText, type Notice } from './notice.js';

/** Variables of a webhook: where it is, and what its notices are signed with. */
export const WEBHOOK_VARIABLES = { address: 'HA_UPDATER_WEBHOOK', secret: 'HA_UPDATER_WEBHOOK_SECRET' } as const;

/** The longest that one notice may take. */
export const NOTICE_MS = 3_000;
const MOST_BYTES = 4096;

/** Sends one request. @returns why it was not taken, in words that never hold the address; '' when it was */
export type Post = (address: string, body: string, headers: Readonly<Record<string, string>>) => Promise<string>;

/**
 * The address of the webhook. It is a secret: whoever knows it can write there. So it comes from a file, or from the
 * environment, and no message holds it.
 *
 * @param source the flag's value: `@file:PATH`, `@env:NAME`, or what the variable of the flag holds
 * @throws Failure `usage`
 */
export async function readWebhook(source: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const [, kind, name = ''] = /^@(file|env):(.+)$/s.exec(source) ?? [];
  const text = kind === 'file' ? await textOf(name) : kind === 'env' ? env[name] : fromVariable(source, env);
  const address = (text ?? '').trim();
  const where = kind === undefined ? WEBHOOK_VARIABLES.address : source;
  if (address === '') throw wrong(`${where} holds no address.`);
  if (!URL.canParse(address)) throw wrong(`What ${where} holds is not an address.`);
  const { protocol, username, password } = new URL(address);
  if (protocol !== 'https:') throw wrong(`The address that ${where} holds must begin with https://.`);
  if (username + password !== '') throw wrong(`The address that ${where} holds must have no user and no password.`);
  return address;
}

function fromVariable(source: string, env: Readonly<Record<string, string | undefined>>): string {
  if (source === env[WEBHOOK_VARIABLES.address]) return source;
  const text =
    `--webhook takes @file:PATH or @env:NAME: an address on a command line or in a settings file can be read by ` +
    `others. The variable ${WEBHOOK_VARIABLES.address} may hold it.`;
  throw badFlags([problem(text, 'webhook')], 'usage.webhook');
}

async function textOf(path: string): Promise<string> {
  const bytes = await readBounded(path, MOST_BYTES).catch((error: unknown) => {
    throw wrong(`${path} cannot be read: ${whyNot(error)}.`);
  });
  if (bytes === undefined) throw wrong(`${path} has more than ${MOST_BYTES} bytes.`);
  return bytes.toString('utf8');
}

function wrong(text: string): Error {
  return usage('usage.webhook', text);
}

/** What is sent: text for chats, the notice for programs, and their signature when there is a secret. */
export function requestOf(
  notice: Notice,
  secret: string | undefined,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const body = JSON.stringify({ text: noticeText(notice), notice });
  const at = notice.at;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-ha-updater-at': at,
      ...(secret !== undefined &&
        secret !== '' && {
          'x-ha-updater-signature': `sha256=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
        }),
    },
  };
}

/** Over the network: one try, no redirect, and a limit of time. */
export function postWithin(ms: number): Post {
  return async (address, body, headers) => {
    try {
      const signal = AbortSignal.timeout(ms);
      const answer = await fetch(address, { method: 'POST', body, headers, redirect: 'manual', signal });
      await answer.body?.cancel();
      if (answer.status >= 300 && answer.status < 400) return 'it answered with a redirect, which is not followed';
      return answer.ok ? '' : `it answered ${answer.status}`;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${ms / 1000} s`;
      const { code } = (error as { readonly cause?: { readonly code?: unknown } }).cause ?? {};
      return typeof code === 'string' ? `no connection (${code})` : 'no connection';
    }
  };
}
