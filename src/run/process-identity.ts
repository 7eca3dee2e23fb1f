import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Lease } from '../model/rollout/record.js';

/** The machine we run on, as leases name it. */
export interface Machine {
  /** Host name, and where the kernel lets us know it a mark of this boot and process namespace. */
  readonly host: string;
  /** True only when the lease's holder ran right here and surely does not run any more. */
  readonly holderIsGone: (lease: Holder) => boolean;
  /** True only when the lease's holder surely runs right here, now. */
  readonly holderLives: (lease: Holder) => boolean;
}

/** Who holds a lease. */
type Holder = Pick<Lease, 'host' | 'pid' | 'run'>;

/** What is known of a run that had the number of this very process. */
type OwnRuns = (run: string) => Process;

/** Runs of this process by their ids, each until many others have come after it. */
const RUNS = new Map<string, 'works' | 'gone'>();
const MOST_RUNS = 1000;

/**
 * A command is alone in its process: what had its number before runs no more. A program may call the library many
 * times at once, also from worker threads, which share the number and nothing else: there a run is gone only when it
 * ended right here.
 *
 * @param id the run that begins now
 */
export function ownRuns(id: string, here: Sharing): OwnRuns {
  if (here.sharesProcess === true) note(id, 'works');
  return runsHere(here);
}

/** The same for what only looks and is no run. */
export function runsHere({ sharesProcess }: Sharing): OwnRuns {
  return (run) => (sharesProcess === true ? (RUNS.get(run) ?? 'unknown') : 'gone');
}

/** Whether other runs may go on in this process. */
interface Sharing {
  readonly sharesProcess?: true;
}

/** The run has ended: what it has left may be taken over. */
export function noteRunOver(id: string): void {
  if (RUNS.has(id)) note(id, 'gone');
}

function note(id: string, state: 'works' | 'gone'): void {
  RUNS.delete(id);
  RUNS.set(id, state);
  if (RUNS.size <= MOST_RUNS) return;
  const oldest = [...RUNS].find(([, known]) => known === 'gone')?.[0];
  if (oldest !== undefined) RUNS.delete(oldest);
}

/**
 * A host name alone is no proof: containers and clouds repeat names, and a process number means nothing
 * in another namespace. Linux tells the boot and the namespace; elsewhere nobody is ever declared gone,
 * and the lease has to run out.
 */
export function thisMachine(hostname: string, ownRun: OwnRuns = () => 'gone'): Machine {
  const mark = markOfThisBoot();
  const host = mark === undefined ? hostname : `${hostname}/${mark}`;
  const state = ({ host: where, pid, run }: Holder): Process => {
    if (mark === undefined || where !== host) return 'unknown';
    return pid === process.pid ? ownRun(run) : stateOf(pid);
  };
  return {
    host,
    holderIsGone: (lease) => state(lease) === 'gone',
    holderLives: (lease) => state(lease) === 'works',
  };
}

function markOfThisBoot(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 8);
  } catch {
    return undefined;
  }
}

/**
 * - `gone`: it does not run any more
 * - `works`: a process of this program has the number and is at work
 * - `unknown`: it is stopped (Ctrl-Z), or the number belongs to another program by now, or nobody lets us see
 */
type Process = 'gone' | 'works' | 'unknown';

function stateOf(pid: number): Process {
  if (!isThere(pid)) return 'gone';
  const state = stateLetter(pid);
  // A zombie has ended, and waits only for its parent to hear of it (proc(5), state).
  if (state === 'Z' || state === 'X') return 'gone';
  return state !== undefined && !/[Tt]/.test(state) && isOurs(pid) ? 'works' : 'unknown';
}

/** Signal 0 asks without doing anything; EPERM means that it runs under another user. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function stateLetter(pid: number): string | undefined {
  return /\) (\S) [^)]*$/.exec(fromProc(pid, 'stat') ?? '')?.[1];
}

/** By the name of the script that node was given: `ha-updater`, or `bin/run.js`. */
function isOurs(pid: number): boolean {
  return (fromProc(pid, 'cmdline') ?? '').split('\0').some((word) => /(^|\/)(ha-updater|bin\/run\.js)$/.test(word));
}

function fromProc(pid: number, file: 'stat' | 'cmdline'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
