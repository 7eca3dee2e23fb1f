/**
 * The public surface. Commands import from here and nowhere deeper. What is heavy (the SDK, listr2, the
 * sandbox) is loaded by the functions that need it.
 */
export { endWithError, endWithUnknownCommand } from './app/errors.js';
export { resume, rollback, unfreeze, type RecoverAsked } from './app/recover.js';
export { releaseLock, showLock, type LockCommandAsked, type LockDocument } from './app/lock-commands.js';
export { restart, type RestartAsked } from './app/restart.js';
export { status, type GroupsStatusDocument, type StatusDocument } from './app/status.js';
export { updateGroups, type UpdateGroupsAsked } from './app/update-asgs.js';
export { cancel, type CancelAsked } from './app/cancel.js';
export { plan, type PlanAsked } from './app/plan.js';
export { updateStack, type UpdateStackAsked } from './app/update-stack.js';
export { diagnoseNow, type DiagnoseDocument } from './app/diagnose.js';
export { explain } from './app/explain.js';
export { serveWorld } from './app/sandbox.js';
export { validate, type ValidateDocument } from './app/validate.js';
export { showSettings, settingsSchema, type SettingsDocument } from './app/config.js';
export { readSettings, type Settings } from './config/settings.js';
export type { FlagShape } from './config/settings-file.js';
export type { Ending, Surroundings } from './app/surroundings.js';
export { EXIT, EXIT_OF, Failure, type ExitCode } from './errors.js';
