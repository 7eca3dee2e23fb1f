import { Readable } from 'node:stream';
import { HttpResponse, type HttpHandler, type IHttpRequest } from '@smithy/core/protocols';
import type { Wire } from './wire.js';
import type { WireAnswer, WireRequest } from './wire-types.js';

/**
 * Lets SDK clients of this process talk to the wire without a socket. It sets no timer and reads no
 * time, so a run on the virtual clock is the same every time. A lost reply rejects with ECONNRESET.
 */
export function inProcessHandler(wire: Wire): HttpHandler<object> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, options) => {
      if (options?.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const body = await bodyOf(request.body);
      const outcome = wire.answer(wireRequest(request, body));
      if (outcome === 'reply lost') throw connectionReset();
      return { response: response(request, outcome) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function wireRequest(request: IHttpRequest, body: Uint8Array | string): WireRequest {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) query.append(name, each);
  }
  return {
    method: request.method,
    host: request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`,
    path: request.path,
    query,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

async function bodyOf(body: unknown): Promise<Uint8Array | string> {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  // A plain one: what the SDK hands over for JSON minds being read as a string.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** S3's bodies are streams to the SDK; all others it takes at once. */
function response(request: IHttpRequest, answer: WireAnswer): HttpResponse {
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body;
  if (answer.then !== undefined)
    return new HttpResponse({
      statusCode: answer.status,
      headers: { ...answer.headers },
      body: Readable.from(brokenOff(bytes, answer.then)),
    });
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const body = isForm ? new Uint8Array(bytes) : Readable.from(bytes.length === 0 ? [] : [bytes]);
  return new HttpResponse({ statusCode: answer.status, headers: { ...answer.headers }, body });
}

/** In a process where no time passes, who waits for more has waited for as long as it ever would. */
async function* brokenOff(bytes: Uint8Array, then: 'reset' | 'silence'): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes);
  throw then === 'reset'
    ? Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    : Object.assign(new Error('The answer stopped arriving.'), { name: 'TimeoutError' });
}

/** How a connection that broke after the call's effect looks to the SDK. */
export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}
