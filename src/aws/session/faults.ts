import type { HttpResponse } from '@smithy/core/protocols';
import { isThrottlingError } from '@smithy/core/retry';
import { AwsFault, type FaultKind } from '../../errors.js';

/**
 * What errors of the SDK, of Smithy and of node's network look like, seen together. All optional: nobody promises
 * any of it.
 */
interface Raw {
  readonly name?: string;
  readonly message?: string;
  /** The wire code; modelled faults carry it beside a class name that differs (`ScalingActivityInProgressFault`). */
  readonly Code?: string;
  /** Node's network code (`ECONNRESET`). */
  readonly code?: string;
  readonly errors?: readonly { readonly code?: string }[];
  /** Hidden field of errors about an answer that could not be read. */
  readonly $response?: { readonly statusCode?: number };
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string | undefined };
}

/**
 * Wire codes with one meaning. What is not here is sorted by the SDK's own list of throttling codes, then by pattern,
 * then by status.
 */
const KIND_OF_CODE: Readonly<Record<string, FaultKind>> = {
  // The SDK calls it throttled, and for the calls that are made here it is a quota.
  LimitExceededException: 'invalid',
  RateExceeded: 'throttled',
  TooManyRequests: 'throttled',
  ScalingActivityInProgress: 'busy',
  ResourceContention: 'busy',
  ResourceInUse: 'busy',
  InstanceRefreshInProgress: 'busy',
  OperationInProgress: 'busy',
  OperationInProgressException: 'busy',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  UnauthorizedOperation: 'denied',
  NotAuthorized: 'denied',
  AuthorizationError: 'denied',
  OptInRequired: 'denied',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  RequestExpired: 'expired',
  InvalidClientTokenId: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidAccessKeyId: 'credentials',
  AuthFailure: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  IncompleteSignature: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  InvalidToken: 'credentials',
  PermanentRedirect: 'invalid',
  InvalidAction: 'unsupported',
  UnknownOperation: 'unsupported',
  UnknownOperationException: 'unsupported',
  NotImplemented: 'unsupported',
  ServiceUnavailable: 'transient',
  InternalFailure: 'transient',
  InternalError: 'transient',
  HealthUnavailable: 'transient',
};

/** No answer, and the request cannot have had an effect. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
]);

/** The line broke; the effect may have happened. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Certificates that do not check out: nothing was sent. */
const CERTIFICATE = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/**
 * Puts a failed call in our words. The wire code decides, then the message where AWS has only the
 * message to tell faults apart, then the HTTP status. The SDK's error is not kept as cause: it holds
 * the request.
 */
export function toFault(error: unknown, operation: string): AwsFault {
  if (error instanceof AwsFault) return error;
  const raw = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Raw;
  const unread = isUnread(raw);
  const code = unread ? UNREADABLE_ANSWER : codeOf(raw);
  const message = unread
    ? `What answered with HTTP ${statusOf(raw) ?? '?'} is not the service, or its answer did not arrive whole.`
    : withoutSecrets(raw.message ?? '');
  return new AwsFault(unread ? kindOfUnread(statusOf(raw)) : kindOf(raw, code, message), operation, code, {
    message: message === '' ? code : message,
    requestId: raw.$metadata?.requestId,
  });
}

/** The fault of an answer that is none of the service's. */
export function unreadable(response: HttpResponse, operation: string): AwsFault {
  return toFault(
    { message: 'Deserialization error', $response: response, $metadata: { requestId: requestIdOf(response) } },
    operation,
  );
}

function requestIdOf({ headers }: HttpResponse): string | undefined {
  return Object.entries(headers).find(([name]) => /^x-amzn?-request-?id$/i.test(name))?.[1];
}

/**
 * The code of an answer that is no document of AWS's, such as the HTML page of a proxy or of a service that
 * crashed.
 */
export const UNREADABLE_ANSWER = 'UnreadableAnswer';

function isUnread(raw: Raw): boolean {
  return raw.Code === undefined && raw.$response !== undefined && (raw.message ?? '').includes('Deserialization error');
}

function statusOf(raw: Raw): number | undefined {
  return raw.$metadata?.httpStatusCode ?? raw.$response?.statusCode;
}

function codeOf(raw: Raw): string {
  return raw.Code ?? raw.code ?? raw.errors?.[0]?.code ?? raw.name ?? 'Unknown';
}

function kindOf(raw: Raw, code: string, message: string): FaultKind {
  const status = statusOf(raw);
  if (
    /^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(raw.name ?? '') ||
    /could not load credentials/i.test(message)
  ) {
    return /expired/i.test(message) ? 'expired' : 'credentials';
  }
  if (UNREACHABLE.has(code) || CERTIFICATE.test(code)) return 'unreachable';
  // The handler's own connection timeout: nothing was sent. Its request timeout reads differently.
  if (raw.name === 'TimeoutError' && /establish a connection|connection timed out/i.test(message)) return 'unreachable';
  if (BROKEN.has(code) || raw.name === 'TimeoutError' || message.includes('socket hang up')) return 'transient';
  return (
    KIND_OF_CODE[code] ??
    (isThrottling(code) ? 'throttled' : undefined) ??
    kindOfMessage(code, message) ??
    kindOfPattern(code) ??
    kindOfStatus(status)
  );
}

/** By the list of the SDK, whose own class of the error may carry another name than the wire code. */
function isThrottling(code: string): boolean {
  return isThrottlingError({ name: code, message: '' });
}

/** What a ValidationError says of things that do not exist. */
const MISSING = [
  /^Stack\b.* does not exist\b/i,
  /^(AutoScalingGroup |Group )?.*\bname not found\b/i,
  /Instance Id not found/i,
  /^Group .* not found/i,
];

/** Where one code (mostly ValidationError) means many things, the message tells. */
function kindOfMessage(code: string, message: string): FaultKind | undefined {
  // REVIEW_IN_PROGRESS is no progress: only a person moves it.
  if (/ is in (?!REVIEW_)\w*_IN_PROGRESS state and can ?not /.test(message)) return 'busy';
  if (code !== 'ValidationError') return undefined;
  if (MISSING.some((words) => words.test(message))) return 'missing';
  if (/rate exceeded/i.test(message)) return 'throttled';
  return undefined;
}

function kindOfPattern(code: string): FaultKind | undefined {
  if (/NotFound(Exception|Fault)?$|^NoSuch|^NotFound|\.NotFound$/.test(code)) return 'missing';
  return undefined;
}

function kindOfStatus(status: number | undefined): FaultKind {
  if (status === 429) return 'throttled';
  if (status === 501) return 'unsupported';
  // A proxy wants to know who asks; nothing went through it.
  if (status === 407) return 'unreachable';
  // Redirects lead away from the service.
  if (status !== undefined && (status >= 500 || status < 400)) return 'transient';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'missing';
  return 'invalid';
}

/** Statuses that say of a thing, or of a request, that it is not there; without a document nobody knows which. */
const GONE: ReadonlySet<number> = new Set([404, 408, 410]);

/**
 * What cannot be read is no answer: it says neither that something was done nor that something is not there. What
 * lets nobody through (a proxy, a portal) has not let the call through either.
 */
function kindOfUnread(status: number | undefined): FaultKind {
  if (status === 401 || status === 403) return 'unreachable';
  // rule: unread-refusal
  if (status === undefined || status <= 400 || GONE.has(status)) return 'transient';
  return kindOfStatus(status);
}

/** Messages of AWS repeat signed requests and messages of the credential chain repeat commands. Both stay out. */
function withoutSecrets(message: string): string {
  if (message.startsWith('Command failed')) return 'The credential_process of the profile failed.';
  return message
    .replace(/\s*The Canonical String for this request[\s\S]*$/, '')
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, '$1…')
    .replace(/(x-amz-(?:security-token|signature|credential)\s*[=:]\s*)[^\s&]+/gi, '$1…')
    .trim();
}
