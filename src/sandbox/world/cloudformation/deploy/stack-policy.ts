import { invalid, isObject, text, type Json } from '../template/template.js';

export type PolicyVerb = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

/** Throws ValidationError when a stack policy is no JSON object with statements. */
export function checkPolicy(body: string): void {
  try {
    const parsed = JSON.parse(body) as Json;
    if (isObject(parsed) && Array.isArray(parsed['Statement'])) return;
  } catch {
    // Falls through to the one message that the service has for it.
  }
  throw invalid('Error validating stack policy: Invalid stack policy');
}

/**
 * Why a stack policy forbids to change a resource; undefined when it does not. Once a policy is set,
 * what no statement allows is denied, and a deny beats an allow.
 */
export function denial(
  policy: string | undefined,
  verb: PolicyVerb,
  logicalId: string,
  type: string,
): string | undefined {
  if (policy === undefined) return undefined;
  const parsed = JSON.parse(policy) as { Statement: Json[] };
  let allowed = false;
  for (const [index, statement] of parsed.Statement.entries()) {
    if (!isObject(statement) || !applies(statement, verb, logicalId, type)) continue;
    if (statement['Effect'] === 'Deny') return denied(`Statement [#${index + 1}] does not allow`, verb, logicalId);
    allowed ||= statement['Effect'] === 'Allow';
  }
  return allowed ? undefined : denied('no statement allows', verb, logicalId);
}

function denied(why: string, verb: PolicyVerb, logicalId: string): string {
  return `Action denied by stack policy: ${why} [${verb}] for resource [LogicalResourceId/${logicalId}]`;
}

function applies(statement: Record<string, Json>, verb: PolicyVerb, logicalId: string, type: string): boolean {
  return (
    among(statement['Action'], verb, true) &&
    (statement['NotAction'] === undefined || !among(statement['NotAction'], verb, true)) &&
    among(statement['Resource'], `LogicalResourceId/${logicalId}`, true) &&
    (statement['NotResource'] === undefined ||
      !among(statement['NotResource'], `LogicalResourceId/${logicalId}`, true)) &&
    typeMatches(statement['Condition'], type)
  );
}

/** `LogicalResourceId/Web*`: stars and question marks match as in IAM. An absent element matches. */
function among(patterns: Json | undefined, value: string, absent: boolean): boolean {
  if (patterns === undefined) return absent;
  return (Array.isArray(patterns) ? patterns : [patterns]).some((pattern) => {
    const source = text(pattern)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`).test(value);
  });
}

function typeMatches(condition: Json | undefined, type: string): boolean {
  if (!isObject(condition)) return true;
  return ['StringEquals', 'StringLike'].every((kind) => {
    const test = condition[kind];
    return !isObject(test) || among(test['ResourceType'], type, true);
  });
}
