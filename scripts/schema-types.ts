/** The types that schemas are made of. */
export type { ExplainDocument } from '../src/app/inspect/explain.js';
export type {
  CommandResult,
  DiagnoseDocument,
  GroupsStatusDocument,
  HistoryDocument,
  ListDocument,
  LockDocument,
  ReportDocument,
  CheckDocument,
  ConformanceDocument,
  SettingsDocument,
  StatusDocument,
  ValidateDocument,
} from '../src/index.js';
export type { Stamped } from '../src/model/event.js';
