import type { TemplateFinding } from '../../model/stack/template.js';

/** Findings of update policies by which CloudFormation replaces instances itself. */
const OWN_POLICIES: ReadonlySet<string> = new Set([
  'template.rollingUpdate',
  'template.instanceRefresh',
  'template.replacingUpdate',
]);

/** Whether some template says that CloudFormation replaces instances by itself, for which it has to terminate some. */
export function replacesByPolicy(findings: readonly Pick<TemplateFinding, 'code'>[]): boolean {
  return findings.some(({ code }) => OWN_POLICIES.has(code));
}
