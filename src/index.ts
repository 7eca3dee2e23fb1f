/**
 * The public surface. Commands import from here and nowhere deeper. What is heavy (the SDK, listr2, the
 * sandbox) is loaded by the functions that need it.
 */
export { endWithError, endWithUnknownCommand } from './run/end-with-error.js';
export { unfreeze } from './app/groups/resume-rollback.js';
export { releaseLock, showLock, type LockDocument } from './app/lock/lock-commands.js';
export { status, type GroupsStatusDocument, type StatusDocument } from './app/inspect/status.js';
export { watch } from './app/inspect/watch.js';
export { cancel } from './app/groups/cancel.js';
export { planGroups } from './app/groups/plan-groups.js';
export { plan } from './app/stack/plan.js';
export type { UpdateStackAsked } from './app/stack/update-stack.js';
export { diagnoseNow, type DiagnoseDocument } from './app/inspect/diagnose.js';
export { doctor, type DoctorAsked, type DoctorDocument } from './app/inspect/doctor.js';
export { listAll, type ListDocument } from './app/inspect/list-groups.js';
export { showHistory, type HistoryDocument } from './app/history/show-history.js';
export { checkEvents, type CheckDocument } from './app/inspect/check-events.js';
export { conformance } from './app/conformance/conformance.js';
export type { ConformanceDocument } from './app/conformance/play-stories.js';
export { report, type ReportDocument } from './app/inspect/tell-report.js';
export { completion } from './app/completion.js';
export { explain } from './app/inspect/explain.js';
export { fleetCancel, fleetRollback } from './app/fleet/fleet-back.js';
export { fleetPlan } from './app/fleet/fleet-plan.js';
export { fleetRun } from './app/fleet/fleet-run.js';
export { fleetStatus } from './app/fleet/fleet-status.js';
export { deployServer } from './app/server/deploy.js';
export { removeServer } from './app/server/remove.js';
export { serverStatus } from './app/server/status.js';
export { restart, resume, rollback, updateGroups, updateStack } from './app/server/where-to-run.js';
export { serveWorld } from './app/sandbox.js';
export { validate, type ValidateDocument } from './app/stack/validate.js';
export { showSettings, settingsSchema, type SettingsDocument } from './app/inspect/config.js';
export { readSettings, type Settings } from './config/settings.js';
export type { FlagShape } from './config/settings-file.js';
export type { CommandResult, ProcessContext } from './run/process-context.js';
export { EXIT, EXIT_OF, Failure, usage } from './errors.js';
export { command } from './text/commands/next-command.js';
