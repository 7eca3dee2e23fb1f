import { refused } from '../../../errors.js';
import type { Reason } from '../../../model/rollout/decision.js';
import type { TemplateFinding } from '../../../model/stack/template.js';
import type { Deps } from '../../deps.js';

/** Findings that are printed of one template; nobody mends more at once. */
const mostPrinted = 50;

/**
 * Says every warning about a template, and refuses when there is an error.
 * @throws Failure `refused` with all errors
 */
export function checkFindings(deps: Deps, origin: string, findings: readonly TemplateFinding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  for (const reason of asReasons(origin, warnings)) deps.emit({ type: 'warning', reason });
  if (errors.length === 0) return;
  const count = errors.length === 1 ? 'one fault' : `${errors.length} faults`;
  throw refused(
    'template.faults',
    `${origin} has ${count} that would fail or fight with the swap.`,
    asReasons(origin, errors),
  );
}

function asReasons(origin: string, findings: readonly TemplateFinding[]): readonly Reason[] {
  const shown = findings.slice(0, mostPrinted).map((finding) => asReason(origin, finding));
  const left = findings.length - shown.length;
  if (left <= 0) return shown;
  return [
    ...shown,
    {
      code: 'template.more',
      text: `${left} more like these in ${origin}.`,
      remedy: 'ha-updater validate --json shows all.',
    },
  ];
}

function asReason(root: string, { code, origin = root, line, column, path, text, remedy }: TemplateFinding): Reason {
  return { code, text: `${origin}:${line}:${column} ${path === '' ? '' : `${path}: `}${text}`, remedy };
}
