import type { GivenParameter } from '../model/stack/template.js';
import type { Reason } from '../model/rollout/decision.js';
import { count } from '../text/count.js';
import { splitKeyValue } from '../text/key-value.js';

/** Names that CloudFormation takes for parameters. */
export const PARAMETER_NAME = /^[A-Za-z0-9]{1,255}$/;

/**
 * Words that are one parameter with blanks around its `=`, such as `KEY = VALUE` or `KEY= VALUE`: at the
 * first word its key, which is no secret because an `=` follows it, and '' at the others.
 */
function keysApart(args: readonly string[]): ReadonlyMap<number, string> {
  const apart = new Map<number, string>();
  const isValue = (word: string | undefined): boolean =>
    word !== undefined && !word.startsWith('-') && !word.includes('=');
  for (let at = 0; at < args.length; at++) {
    const [word = '', next, last] = args.slice(at, at + 3);
    const key = word.replace(/=$/, '');
    if (!PARAMETER_NAME.test(key)) continue;
    const single = key !== word;
    const value = isValue(single ? next : last) ? 1 : 0;
    const more = single ? value : next === '=' ? 1 + value : 0;
    if (more === 0) continue;
    apart.set(at, key);
    for (let step = 1; step <= more; step++) apart.set(at + step, '');
    at += more;
  }
  return apart;
}

/**
 * KEY=VALUE arguments. The first `=` divides, so values may hold more of them, and may be empty.
 * @param problems takes everything that is wrong; values are never shown there, they may be secret
 */
export function splitArguments(args: readonly string[], problems: Reason[]): readonly GivenParameter[] {
  const given = new Map<string, string>();
  const apart = keysApart(args);
  args.forEach((argument, index) => {
    const split = apart.get(index);
    if (split !== undefined) {
      if (split !== '')
        problems.push({
          code: 'parameters.syntax',
          text: `There are blanks around the "=" of ${split}.`,
          remedy: `Write ${split}=VALUE without blanks.`,
        });
      return;
    }
    const parts = splitKeyValue(argument);
    const key = parts?.key ?? '';
    const where = `Parameter ${index + 1}`;
    if (argument.startsWith('-')) {
      const flag = argument.replace(/=.*$/s, '');
      problems.push({ code: 'parameters.flag', text: `${flag} is no option and no parameter.`, remedy: 'See --help.' });
    } else if (parts === undefined) {
      problems.push({
        code: 'parameters.syntax',
        text: `${where} has no "=" (it has ${count(argument.length, 'letter')}; what it says is not shown).`,
        remedy: 'Write KEY=VALUE.',
      });
    } else if (!PARAMETER_NAME.test(key)) {
      const text =
        key === ''
          ? `${where} has no name before "=".`
          : `"${key}" is not a valid parameter name: only letters and digits are allowed.`;
      problems.push({ code: 'parameters.name', text, remedy: 'Write KEY=VALUE.' });
    } else if (given.has(key)) {
      problems.push({ code: 'parameters.twice', text: `${key} is given twice.`, remedy: 'Give it once.' });
    } else {
      given.set(key, parts.value);
    }
  });
  return [...given].map(([key, value]) => ({ key, value }));
}
