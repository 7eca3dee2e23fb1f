import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

/** Every schema by the name of its file, and the type that it is made of. */
const TYPES: Readonly<Record<string, string>> = {
  event: 'Stamped',
  result: 'CommandResult',
  status: 'StatusDocument',
  'status-of-groups': 'GroupsStatusDocument',
  list: 'ListDocument',
  history: 'HistoryDocument',
  diagnose: 'DiagnoseDocument',
  validate: 'ValidateDocument',
  report: 'ReportDocument',
  check: 'CheckDocument',
  conformance: 'ConformanceDocument',
  explain: 'ExplainDocument',
  lock: 'LockDocument',
  config: 'SettingsDocument',
};

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * JSON Schemas (draft 07) of what is written for programs to read, out of the types: an event, and the --json document
 * of each command; `result` is that of all commands that change something, and of a failure. What is not named may be
 * there: fields only ever grow.
 * @returns file name → text
 */
export function schemas(): ReadonlyMap<string, string> {
  const generator = createGenerator({
    path: `${ROOT}scripts/schema-types.ts`,
    tsconfig: `${ROOT}tsconfig.json`,
    skipTypeCheck: true,
    additionalProperties: true,
    sortProps: true,
  });
  return new Map(
    Object.entries(TYPES).map(([name, type]) => [
      `${name}.schema.json`,
      `${JSON.stringify(generator.createSchema(type), null, 2)}\n`,
    ]),
  );
}
