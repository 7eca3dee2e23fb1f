import type { CheckedFinding, CheckedTemplate } from '../../model/stack/check.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';

/** Findings that are printed of one template: nobody mends more at once, and a terminal keeps no more. */
const mostShown = 100;

/**
 * Findings as `FILE:LINE:COLUMN: severity: …`, which editors and terminals can follow, and one line per template. Of
 * very many the errors are shown before the warnings.
 */
export function findingLines(templates: readonly CheckedTemplate[]): readonly string[] {
  return templates.flatMap((template) => [
    ...shown(template.findings).map(({ line, column, severity, path, text, remedy, code }) =>
      oneLine(
        `${template.origin}:${line}:${column}: ${severity}: ` +
          `${path === '' ? '' : `${path}: `}${text} ${remedy} [${code}]`,
      ),
    ),
    ...(template.findings.length > mostShown
      ? [oneLine(`${template.origin}: ${template.findings.length - mostShown} more are not shown; --json has all.`)]
      : []),
    summary(template),
  ]);
}

/** In the order that they have, which is that of the text. */
function shown(findings: readonly CheckedFinding[]): readonly CheckedFinding[] {
  if (findings.length <= mostShown) return findings;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity !== 'error');
  const chosen = new Set([...errors, ...warnings].slice(0, mostShown));
  return findings.filter((finding) => chosen.has(finding));
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
