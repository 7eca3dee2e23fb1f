/** One HTTP request, as it came over a socket or from an SDK in the same process. */
export interface WireRequest {
  readonly method: string;
  /** With the port, as in the Host header. */
  readonly host: string;
  /** As sent, with its percent-encoding and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** What follows the body, when it is not the end of the answer: the connection breaks, or nothing more ever comes. */
  readonly then?: 'reset' | 'silence';
}

/** What came of a call: its answer, or nothing because the connection broke after its effect. */
export type WireOutcome = WireAnswer | 'reply lost';
