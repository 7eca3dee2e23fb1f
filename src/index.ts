/**
 * The public surface. Commands import from here and nowhere deeper. What is heavy (the SDK, listr2, the
 * sandbox) is loaded by the functions that need it.
 */
export { endWithError, endWithUnknownCommand } from './run/end-with-error.js';
export { unfreeze } from './app/groups/resume-rollback.js';
export type { LockDocument } from './app/lock/lock-commands.js';
export { status, type GroupsStatusDocument, type StatusDocument } from './app/inspect/status.js';
export { watch } from './app/inspect/watch.js';
export { cancel } from './app/groups/cancel.js';
export { planGroups } from './app/groups/plan-groups.js';
export { plan } from './app/stack/plan.js';
export type { UpdateStackAsked } from './app/stack/update-stack.js';
export type { DiagnoseDocument } from './app/inspect/diagnose.js';
export type { DoctorAsked, DoctorDocument } from './app/inspect/doctor.js';
export type { ListDocument } from './app/inspect/list-groups.js';
export type { HistoryDocument } from './app/history/show-history.js';
export type { CheckDocument } from './app/inspect/check-events.js';
export type { ConformanceDocument } from './app/conformance/play-stories.js';
export type { ReportDocument } from './app/inspect/tell-report.js';
export { restart, resume, rollback, updateGroups, updateStack } from './app/server/where-to-run.js';
export type { ValidateDocument } from './app/stack/validate.js';
export type { SettingsDocument } from './app/inspect/config.js';
export { readSettings, type Settings } from './config/settings.js';
export type { FlagShape } from './config/settings-file.js';
export type { CommandResult, ProcessContext } from './run/process-context.js';
export { EXIT, EXIT_OF, Failure, usage } from './errors.js';
export { command } from './text/commands/next-command.js';

/** A function that is loaded when it is called: most runs need none of those below. */
function later<A extends readonly unknown[], R>(
  load: () => Promise<(...args: A) => R | Promise<R>>,
): (...args: A) => Promise<R> {
  return async (...args) => (await load())(...args);
}

export const releaseLock = later(async () => (await import('./app/lock/lock-commands.js')).releaseLock);
export const showLock = later(async () => (await import('./app/lock/lock-commands.js')).showLock);
export const diagnoseNow = later(async () => (await import('./app/inspect/diagnose.js')).diagnoseNow);
export const doctor = later(async () => (await import('./app/inspect/doctor.js')).doctor);
export const listAll = later(async () => (await import('./app/inspect/list-groups.js')).listAll);
export const showHistory = later(async () => (await import('./app/history/show-history.js')).showHistory);
export const checkEvents = later(async () => (await import('./app/inspect/check-events.js')).checkEvents);
export const conformance = later(async () => (await import('./app/conformance/conformance.js')).conformance);
export const report = later(async () => (await import('./app/inspect/tell-report.js')).report);
export const completion = later(async () => (await import('./app/completion.js')).completion);
export const explain = later(async () => (await import('./app/inspect/explain.js')).explain);
export const fleetCancel = later(async () => (await import('./app/fleet/fleet-back.js')).fleetCancel);
export const fleetRollback = later(async () => (await import('./app/fleet/fleet-back.js')).fleetRollback);
export const fleetPlan = later(async () => (await import('./app/fleet/fleet-plan.js')).fleetPlan);
export const fleetRun = later(async () => (await import('./app/fleet/fleet-run.js')).fleetRun);
export const fleetStatus = later(async () => (await import('./app/fleet/fleet-status.js')).fleetStatus);
export const deployServer = later(async () => (await import('./app/server/deploy.js')).deployServer);
export const removeServer = later(async () => (await import('./app/server/remove.js')).removeServer);
export const serverStatus = later(async () => (await import('./app/server/status.js')).serverStatus);
export const serveWorld = later(async () => (await import('./app/sandbox.js')).serveWorld);
export const validate = later(async () => (await import('./app/stack/validate.js')).validate);
export const showSettings = later(async () => (await import('./app/inspect/config.js')).showSettings);
export const settingsSchema = later(async () => (await import('./app/inspect/config.js')).settingsSchema);
