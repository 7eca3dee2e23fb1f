import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../clock.js';
import { callInEach, type FunctionCalls } from './functions/call-functions.js';
import type { Served } from './index.js';
import type { Monitor } from './invariants/index.js';
import { servePicture } from './picture/serve-picture.js';
import { createRegions, type Regions } from './regions.js';

export { scenarioOf } from './regions.js';
import { dateForOthers } from './wire/date-for-others.js';
import type { CallSeen } from './wire/wire.js';
import type { WireRequest } from './wire/wire-types.js';

export interface LiveOptions {
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Only this machine may call unless another address is named here. */
  readonly host?: string;
  /** Simulated seconds per second. */
  readonly speed: number;
  /** Makes the world of another region that somebody calls; absent lets one world answer for all regions. */
  readonly elsewhere?: (region: string) => Served;
  /** Path of the program of Node that runs functions of Lambda; no function runs without it. */
  readonly node?: string;
}

export interface LiveSandbox {
  /** Where clients find it: the value of `--endpoint-url` and AWS_ENDPOINT_URL. */
  readonly url: string;
  /** Those who call functions, where any run. */
  readonly functions?: FunctionCalls;
  readonly close: () => Promise<void>;
}

/** A connection outlives the pause between two looks by far: one that ends just as a call begins is a lost answer. */
const KEPT_MS = 75_000;

/** How often the world moves on when nobody calls, in real milliseconds. */
const BEAT = 50;

/**
 * Serves the sandbox over HTTP to any client of AWS. The world's time passes with the system's, `speed`
 * times as fast, whether or not somebody calls. A lost reply breaks the connection.
 * `/_sandbox/clock`, `/calls`, `/changes`, `/timeline` and `/violations` answer in JSON for people who look on; the
 * root is a live picture of the world for browsers.
 */
export async function serveSandbox(sandbox: Served, options: LiveOptions): Promise<LiveSandbox> {
  const { port, host: asked, speed, node, elsewhere } = options;
  if (!(speed > 0)) throw new Error(`speed should be a positive number, not ${speed}`);
  const host = asked ?? '127.0.0.1';
  const ownHost = asked === undefined;
  const pace = systemClock(speed);
  const began = { here: pace.now(), there: sandbox.clock.now() };
  const changes: CallSeen[] = [];
  keepChanges(sandbox, changes);
  const make = elsewhere && ((region: string) => keepChanges(elsewhere(region), changes));
  const regions = createRegions(sandbox, make);
  const catchUp = (): void => {
    const now = began.there + pace.now() - began.here;
    for (const { clock } of regions.all()) clock.advanceTo(now);
  };
  const server = createServer((request, response) => {
    if (ownHost && !isOwnHost(request.headers.host ?? ''))
      return void sendPlain(response, 403, 'The sandbox answers its own addresses alone; --host serves others.');
    const answer = (body: Buffer | undefined): void =>
      body === undefined
        ? sendPlain(response, 413, `The sandbox takes at most ${MOST_BYTES} bytes.`)
        : respond(regions, { request, body, response }, { catchUp, speed, changes });
    receive(request).then(answer, () => response.destroy());
  });
  server.keepAliveTimeout = KEPT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const stop = new AbortController();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  const functions = node === undefined ? undefined : callInEach(regions.all, { node, url, speed });
  const beat = (): void => {
    catchUp();
    functions?.look();
  };
  void passTime(pace, BEAT * speed, beat, stop.signal);
  return {
    url,
    ...(functions !== undefined && { functions }),
    close: () =>
      new Promise((resolve, reject) => {
        stop.abort();
        functions?.close();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function passTime(pace: Clock, beat: number, catchUp: () => void, signal: AbortSignal): Promise<void> {
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    await pace.sleep(beat, signal);
    if (!stopped()) catchUp();
  }
}

/** More than any request of ours has; objects of a bucket are kept in memory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The body; undefined when there is more of it than anybody needs. */
async function receive(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/**
 * Whether a request was meant for this machine. A page of the web can make a browser send requests here under a name of
 * its own, and read the answers once that name leads here (DNS rebinding).
 */
function isOwnHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|([\w.-]+\.)?localhost)$/i.test(name);
}

function wireRequest(request: IncomingMessage, body: Buffer): WireRequest {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    host: request.headers.host ?? '',
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body,
  };
}

/** A request that has come in whole, and where its answer goes. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

function respond(
  regions: Regions,
  { request, body, response }: Exchange,
  { catchUp, speed, changes }: { catchUp: () => void; speed: number; changes: readonly CallSeen[] },
): void {
  try {
    catchUp();
    const all = regions.all();
    const looked = inspect(all, request.url ?? '/', speed, changes);
    if (looked !== undefined) return void sendJson(response, looked);
    if (servePicture(all, request, body, response)) return;
    const asked = wireRequest(request, body);
    const outcome = regions.of(asked).wire.answer(asked);
    if (outcome === 'reply lost') return void response.destroy();
    response.sendDate = false; // The wire gives the world's date.
    response.writeHead(outcome.status, {
      'content-length': Buffer.byteLength(outcome.body),
      ...outcome.headers,
      ...dateForOthers(asked),
    });
    if (outcome.then !== undefined) return void breakOff(response, outcome.body, outcome.then);
    response.end(request.method === 'HEAD' ? undefined : outcome.body);
  } catch (error) {
    // Only a bug of the sandbox gets here; the client should see it and not wait for ever.
    sendPlain(response, 500, `The sandbox has a bug: ${String(error)}`);
  }
}

/** The body, and then no end of the answer. */
function breakOff(response: ServerResponse, body: Uint8Array | string, then: 'reset' | 'silence'): void {
  response.write(body.length === 0 ? '\n' : body, () => {
    // A little later: a connection that is reset may take with it what was sent before.
    if (then === 'reset')
      void systemClock()
        .sleep(5)
        .then(() => response.destroy());
  });
}

/** What people who look on may see of all regions; undefined when the request is for AWS. */
function inspect(
  worlds: readonly Served[],
  url: string,
  speed: number,
  changes: readonly CallSeen[],
): object | undefined {
  switch (url) {
    case '/_sandbox/clock':
      return { now: new Date(worlds[0]?.clock.now() ?? 0).toISOString(), speed };
    case '/_sandbox/calls':
      return Object.fromEntries([...callsOf(worlds)].sort(([a], [b]) => (a < b ? -1 : 1)));
    case '/_sandbox/changes':
      return changes.map(dated);
    case '/_sandbox/timeline':
      return watched(worlds)?.flatMap(({ timeline }) => timeline.map(dated));
    case '/_sandbox/violations':
      return watched(worlds)?.flatMap(({ violations }) => violations.map(dated));
    default:
      return undefined;
  }
}

/** Who watches the regions; undefined where nobody does. */
function watched(worlds: readonly Served[]): readonly Monitor[] | undefined {
  const monitors = worlds.flatMap(({ monitor }) => monitor ?? []);
  return monitors.length === 0 ? undefined : monitors;
}

/** How often each operation was called, in all regions together. */
function callsOf(worlds: readonly Served[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { calls } of worlds) for (const [name, many] of calls) sums.set(name, (sums.get(name) ?? 0) + many);
  return sums;
}

/** How many changes are kept for people who look on. */
const MOST_CHANGES = 1_000;

/** The calls that were no reads, with their input but without the bodies of objects. */
function keepChanges(sandbox: Served, changes: CallSeen[]): Served {
  sandbox.onCall((call) => {
    if (/^(Describe|Get|List|Head|Simulate|Validate)/.test(call.operation)) return;
    const { Body: _, ...input } = call.input as { readonly Body?: unknown };
    changes.push({ ...call, input });
    if (changes.length > MOST_CHANGES) changes.shift();
  });
  return sandbox;
}

function dated<T extends { readonly at: number }>(seen: T): Omit<T, 'at'> & { readonly at: string } {
  return { ...seen, at: new Date(seen.at).toISOString() };
}

function sendPlain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`${text}\n`);
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value, null, 2)}\n`);
}
