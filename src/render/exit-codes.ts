import type { ExitCode } from '../errors.js';

/** What each exit code means, and what helps. */
export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'Done, or nothing to do; or paused, as --pause-at asked; or the old ones are kept, with --detach.',
  1: 'Unexpected failure, a bug: please report it. --debug shows where, and status shows what is there.',
  2: 'Usage or configuration; nothing was changed. Correct the command line, the credentials or the template.',
  3: 'Refused to start; nothing was changed. All reasons are listed: remove them and start again.',
  4:
    'The new instances could not be proven and were rolled back, and the groups are frozen; or a restart ended ' +
    'early, and what it took out is back. Give a good configuration and start again; ' +
    'unfreeze lets the groups launch as they are.',
  5: 'Stopped part-way; the record is kept on the groups. Run the printed command: resume finishes it, or rollback.',
  6: 'Held by another run; it says who, and since when. Wait for it, or ask it to go back with cancel.',
  7:
    'The change of the stack failed, and this run replaced no instances. Correct the template or the parameters; ' +
    'status --events and diagnose show what CloudFormation says.',
  8: 'conformance: AWS answered otherwise than this tool takes for true. Please report it, with what --report wrote.',
  10: 'plan --detailed-exitcode: there is something to change.',
};
