/** A run of the specification as `quint run --out-itf` writes it: its states, with numbers, sets and maps as plain ones. */
export type Trace = readonly TraceState[];

/** What is read of one state. */
interface TraceState {
  readonly now: number;
  readonly notes: SpecNotes;
  readonly last: SpecStep;
  /** That were on the group so far. */
  readonly verdicts: readonly { readonly by: number; readonly of: number; readonly outcome: string }[];
}

/** The notes on the group. No run and no beat are 0, no moment is -1, no outcome is empty. */
export interface SpecNotes {
  readonly record: number;
  readonly startedAt: number;
  readonly lease: SpecLease;
  readonly verdict: { readonly of: number; readonly outcome: string };
}

interface SpecLease {
  readonly by: number;
  readonly beat: number;
  readonly at: number;
}

/** The step that led to a state: what happened, to which run, by which version of the notes, and what it decided. */
export interface SpecStep {
  readonly what: string;
  readonly by: number;
  readonly version: number;
  readonly wants: string;
  readonly decided: string;
  readonly call: {
    readonly id: number;
    readonly kind: string;
    readonly outcome: string;
    readonly lease: SpecLease;
  };
}

/** Reads a trace. Its variables are named by the module that was run and the one that it is an instance of. */
export function readTrace(text: string): Trace {
  const { states } = JSON.parse(text) as { readonly states: readonly Readonly<Record<string, unknown>>[] };
  return states.map((state) => {
    const named = Object.entries(state).map(([name, value]) => [name.split('::').at(-1) ?? '', plain(value)] as const);
    return Object.fromEntries(named) as unknown as TraceState;
  });
}

/** A value of the Informal Trace Format without its marks. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const of = value as Readonly<Record<string, unknown>>;
  if ('#bigint' in of) return Number(of['#bigint']);
  if ('#set' in of) return plain(of['#set']);
  if ('#map' in of) return plain(of['#map']);
  return Object.fromEntries(Object.entries(of).map(([name, member]) => [name, plain(member)]));
}
