import type {
  cancel,
  deployServer,
  diagnoseNow,
  endWithError,
  endWithUnknownCommand,
  explain,
  fleetCancel,
  fleetPlan,
  fleetRollback,
  fleetRun,
  fleetStatus,
  listAll,
  showHistory,
  plan,
  releaseLock,
  removeServer,
  restart,
  resume,
  rollback,
  serverStatus,
  settingsSchema,
  showLock,
  showSettings,
  status,
  unfreeze,
  updateGroups,
  updateStack,
  validate,
} from '../../src/index.js';
import type { FleetLine } from '../../src/app/fleet/fleet-voice.js';
import type { Stamped } from '../../src/model/event.js';

/** What a function of a command answers: its --json document. */
type Document<F extends (...given: never) => unknown> = Awaited<ReturnType<F>>;

/** Everything that is written for programs to read: the document of each command, and a line of --output jsonl. */
export interface Documents {
  readonly cancel: Document<typeof cancel>;
  readonly config: Document<typeof showSettings>;
  readonly 'config --schema': Document<typeof settingsSchema>;
  readonly diagnose: Document<typeof diagnoseNow>;
  readonly explain: Document<typeof explain>;
  readonly 'fleet cancel': Document<typeof fleetCancel>;
  readonly 'fleet plan': Document<typeof fleetPlan>;
  readonly 'fleet rollback': Document<typeof fleetRollback>;
  readonly 'fleet run': Document<typeof fleetRun>;
  readonly 'fleet run --output jsonl': FleetLine;
  readonly 'fleet status': Document<typeof fleetStatus>;
  readonly history: Document<typeof showHistory>;
  readonly list: Document<typeof listAll>;
  readonly 'lock release': Document<typeof releaseLock>;
  readonly 'lock show': Document<typeof showLock>;
  readonly plan: Document<typeof plan>;
  readonly restart: Document<typeof restart>;
  readonly resume: Document<typeof resume>;
  readonly rollback: Document<typeof rollback>;
  readonly 'server deploy': Document<typeof deployServer>;
  readonly 'server remove': Document<typeof removeServer>;
  readonly 'server status': Document<typeof serverStatus>;
  readonly status: Document<typeof status>;
  readonly unfreeze: Document<typeof unfreeze>;
  readonly 'update-asgs': Document<typeof updateGroups>;
  readonly 'update-stack': Document<typeof updateStack>;
  readonly validate: Document<typeof validate>;
  /** Of any command that throws. */
  readonly 'a failure': Document<typeof endWithError>;
  readonly 'an unknown command': Document<typeof endWithUnknownCommand>;
  readonly jsonl: Stamped;
}
