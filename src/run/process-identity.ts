import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Lease } from '../model/rollout/record.js';

/** The machine we run on, as leases name it. */
export interface Machine {
  /** Host name, and where the kernel lets us know it a mark of this boot and process namespace. */
  readonly host: string;
  /** True only when the lease's holder ran right here and surely does not run any more. */
  readonly holderIsGone: (lease: Pick<Lease, 'host' | 'pid'>) => boolean;
}

/**
 * A host name alone is no proof: containers and clouds repeat names, and a process number means nothing
 * in another namespace. Linux tells the boot and the namespace; elsewhere nobody is ever declared gone,
 * and the lease has to run out.
 */
export function thisMachine(hostname: string): Machine {
  const mark = markOfThisBoot();
  const host = mark === undefined ? hostname : `${hostname}/${mark}`;
  return { host, holderIsGone: (lease) => mark !== undefined && lease.host === host && !runs(lease.pid) };
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

/** Signal 0 asks without doing anything; EPERM means that it runs under another user. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
