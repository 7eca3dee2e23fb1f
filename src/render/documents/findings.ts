import type { CheckedTemplate } from '../../model/stack/check.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';

/**
 * Every finding as `FILE:LINE:COLUMN: severity: …`, which editors and terminals can follow, and one line per
 * template.
 */
export function findingLines(templates: readonly CheckedTemplate[]): readonly string[] {
  return templates.flatMap((template) => [
    ...template.findings.map(({ line, column, severity, path, text, remedy, code }) =>
      oneLine(
        `${template.origin}:${line}:${column}: ${severity}: ` +
          `${path === '' ? '' : `${path}: `}${text} ${remedy} [${code}]`,
      ),
    ),
    summary(template),
  ]);
}

function summary({ origin, read, resources, findings, notAsked }: CheckedTemplate): string {
  if (!read) return `${origin}: not read.`;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const size = resources === undefined ? '' : `${count(resources, 'resource')}, `;
  const found = findings.length === 0 ? 'no objections' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return oneLine(
    `${origin}: ${size}${found}.${notAsked === undefined ? '' : ` CloudFormation was not asked: ${notAsked}.`}`,
  );
}
