import { usage } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { isSystemFault, whyNot } from '../files/system-fault.js';
import { fetchSafely } from '../files/fetch-safely.js';
import { shownSource } from './source.js';
import { maxTemplateBytes } from './load.js';

/** Longest wait for a web server, from the request to the last byte. */
const fetchTimeoutMs = 30_000;

/** Reads a template's file as UTF-8 text. @throws Failure (usage) that says what is wrong with it */
export function readTemplateFile(path: string): Promise<string> {
  return readText(path, TEMPLATE);
}

/** Reads a file of parameters, or of one parameter's value. @throws Failure (usage) that says what is wrong with it */
export function readParameterFile(path: string): Promise<string> {
  return readText(path, PARAMETERS);
}

/** What a text is, and the codes of what may be wrong with it. */
interface Kind {
  readonly noun: string;
  readonly missing: string;
  readonly denied: string;
  readonly unusable: string;
  readonly encoding: string;
  readonly tooBig: string;
}

const TEMPLATE: Kind = {
  noun: 'template',
  missing: 'template.missing',
  denied: 'template.denied',
  unusable: 'template.unusable',
  encoding: 'template.encoding',
  tooBig: 'template.tooBig',
};
const PARAMETERS: Kind = {
  noun: 'file of parameters',
  missing: 'parameters.noFile',
  denied: 'parameters.denied',
  unusable: 'parameters.unusable',
  encoding: 'parameters.encoding',
  tooBig: 'parameters.tooBig',
};

async function readText(path: string, kind: Kind): Promise<string> {
  if (path === '')
    throw usage(kind.missing, `The path of the ${kind.noun} is empty; perhaps a variable of the shell is not set.`);
  try {
    const bytes = await readBounded(path, maxTemplateBytes);
    if (bytes === undefined) throw tooBig(path, kind);
    return decode(bytes, path, kind);
  } catch (error) {
    if (!isSystemFault(error)) throw error;
    const { code } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw usage(kind.missing, `There is no file ${path}.`);
    if (code === 'EISDIR') throw usage(kind.missing, `${path} is a directory, not a ${kind.noun}.`);
    if (code === 'EACCES' || code === 'EPERM') throw usage(kind.denied, `No permission to read ${path}.`);
    throw usage(kind.unusable, `The ${kind.noun} ${path} cannot be read: ${whyNot(error)}.`);
  }
}

/** Reads an https address. @throws Failure (usage) when it does not answer with a text of a template's size */
export async function fetchTemplate(url: string): Promise<string> {
  const shown = shownSource(url);
  let response: Response;
  try {
    response = await fetchSafely(url, AbortSignal.timeout(fetchTimeoutMs));
  } catch (error) {
    throw unreadable(shown, reason(error));
  }
  if (!response.ok || response.body === null) {
    throw usage('template.missing', `${shown} answered ${response.status} ${response.statusText}`.trimEnd() + '.');
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > maxTemplateBytes) break;
      parts.push(part);
    }
  } catch (error) {
    throw unreadable(shown, reason(error));
  }
  if (bytes > maxTemplateBytes) throw tooBig(shown, TEMPLATE);
  return decode(Buffer.concat(parts), shown, TEMPLATE);
}

function decode(bytes: Uint8Array, origin: string, kind: Kind): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usage(kind.encoding, `${origin} is not UTF-8 text.`);
  }
}

function tooBig(origin: string, kind: Kind): Error {
  return usage(
    kind.tooBig,
    `${origin} has more than ${maxTemplateBytes} bytes, the most that CloudFormation takes for a template.`,
  );
}

function unreadable(origin: string, why: string): Error {
  return usage('template.unreachable', `${origin} could not be read: ${why}.`);
}

/** Node hides what happened in the cause of "fetch failed". */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${fetchTimeoutMs / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
