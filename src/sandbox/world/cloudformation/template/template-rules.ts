import { evaluate, type Scope } from './intrinsics.js';
import { invalid, isObject, text, type Json } from './template.js';

/**
 * Checks the assertions of the template's Rules.
 * Throws ValidationError with the descriptions of those that do not hold.
 */
export function checkRules(scope: Scope): void {
  const broken = Object.values(scope.template.rules).flatMap((rule) => brokenAssertions(rule, scope));
  if (broken.length > 0) throw invalid(`Template error: Assertion failed: ${broken.join('; ')}`);
}

function brokenAssertions(rule: Json, scope: Scope): string[] {
  if (!isObject(rule)) return [];
  if (rule['RuleCondition'] !== undefined && !holds(rule['RuleCondition'], scope)) return [];
  const assertions = Array.isArray(rule['Assertions']) ? rule['Assertions'] : [];
  return assertions.flatMap((assertion) =>
    isObject(assertion) && !holds(assertion['Assert'] ?? true, scope)
      ? [text(assertion['AssertDescription'] ?? 'a rule of the template')]
      : [],
  );
}

function holds(node: Json, scope: Scope): boolean {
  const value = evaluate(withRuleFunctions(node, scope), scope);
  return value === true || value === 'true';
}

/** Functions that only rules know are resolved here, to plain truth values. */
function withRuleFunctions(node: Json, scope: Scope): Json {
  if (Array.isArray(node)) return node.map((item) => withRuleFunctions(item, scope));
  if (!isObject(node)) return node;
  const [name] = Object.keys(node);
  const argument = name === undefined ? undefined : node[name];
  if (name === 'Fn::EachMemberEquals' && Array.isArray(argument)) {
    const [items, wanted] = argument.map((one) => evaluate(one, scope));
    return Array.isArray(items) && items.every((item) => text(item) === text(wanted));
  }
  if (name === 'Fn::EachMemberIn' && Array.isArray(argument)) {
    const [items, among] = argument.map((one) => evaluate(one, scope));
    return Array.isArray(items) && Array.isArray(among) && items.every((item) => among.map(text).includes(text(item)));
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withRuleFunctions(value, scope)]));
}
