/**
 * What programs import: `import { createUpdater } from 'ha-updater'`. The commands' own surface is `src/index.ts`.
 */
export {
  createUpdater,
  type CallOptions,
  type CancelOptions,
  type LookOptions,
  type Parameters,
  type PlanOptions,
  type RecoverOptions,
  type RestartOptions,
  type StatusOptions,
  type UpdateGroupsOptions,
  type UpdateStackOptions,
  type Updater,
  type UpdaterOptions,
  type WatchOptions,
} from './updater.js';
export type { Look, RunMemory } from './one-look.js';
export { UpdaterError } from './updater-error.js';
export type { UpdaterRun } from './updater-run.js';
export { EXIT, EXIT_OF, type ExitCode } from '../errors.js';
export type { CommandResult } from '../run/process-context.js';
export type { GroupsStatusDocument, StatusDocument } from '../app/inspect/status.js';
export type { FailureFacts, Identity, Outcome, RunEvent, Stamped } from '../model/event.js';
export type { GroupResult, Reason } from '../model/rollout/decision.js';
export type { ChangePlan } from '../model/stack/change-plan.js';
