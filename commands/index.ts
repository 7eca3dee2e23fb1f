import FleetCancel from './fleet/cancel.js';
import FleetPlan from './fleet/plan.js';
import FleetRollback from './fleet/rollback.js';
import FleetRun from './fleet/run.js';
import FleetStatus from './fleet/status.js';
import Cancel from './groups/cancel.js';
import Restart from './groups/restart.js';
import Resume from './groups/resume.js';
import Rollback from './groups/rollback.js';
import Unfreeze from './groups/unfreeze.js';
import UpdateAsgs from './groups/update-asgs.js';
import Check from './inspect/check.js';
import Config from './inspect/config.js';
import Conformance from './inspect/conformance.js';
import Diagnose from './inspect/diagnose.js';
import Doctor from './inspect/doctor.js';
import Explain from './inspect/explain.js';
import History from './inspect/history.js';
import List from './inspect/list.js';
import Report from './inspect/report.js';
import Status from './inspect/status.js';
import Watch from './inspect/watch.js';
import Sandbox from './local/sandbox.js';
import Completion from './local/completion.js';
import LockRelease from './lock/release.js';
import LockShow from './lock/show.js';
import ServerDeploy from './server/deploy.js';
import ServerRemove from './server/remove.js';
import ServerStatus from './server/status.js';
import Plan from './stack/plan.js';
import UpdateStack from './stack/update-stack.js';
import Validate from './stack/validate.js';

/**
 * All commands by the words that call them, `:` for the space between two. The folders are for whoever reads the
 * source: a user's word says nothing of them. oclif takes the name of this export from package.json.
 */
export const COMMANDS = {
  cancel: Cancel,
  check: Check,
  completion: Completion,
  config: Config,
  conformance: Conformance,
  diagnose: Diagnose,
  doctor: Doctor,
  explain: Explain,
  'fleet:cancel': FleetCancel,
  'fleet:plan': FleetPlan,
  'fleet:rollback': FleetRollback,
  'fleet:run': FleetRun,
  'fleet:status': FleetStatus,
  history: History,
  list: List,
  'lock:release': LockRelease,
  'lock:show': LockShow,
  plan: Plan,
  report: Report,
  restart: Restart,
  resume: Resume,
  rollback: Rollback,
  sandbox: Sandbox,
  'server:deploy': ServerDeploy,
  'server:remove': ServerRemove,
  'server:status': ServerStatus,
  status: Status,
  unfreeze: Unfreeze,
  'update-asgs': UpdateAsgs,
  'update-stack': UpdateStack,
  validate: Validate,
  watch: Watch,
};
