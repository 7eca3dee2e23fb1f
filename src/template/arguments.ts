import type { GivenParameter } from '../model/stack/template.js';
import type { Reason } from '../model/rollout/decision.js';
import { splitKeyValue } from '../text/key-value.js';

/** Names that CloudFormation takes for parameters. */
export const PARAMETER_NAME = /^[A-Za-z0-9]{1,255}$/;

/**
 * KEY=VALUE arguments. The first `=` divides, so values may hold more of them, and may be empty.
 * @param problems takes everything that is wrong; values are never shown there, they may be secret
 */
export function splitArguments(args: readonly string[], problems: Reason[]): readonly GivenParameter[] {
  const given = new Map<string, string>();
  args.forEach((argument, index) => {
    const parts = splitKeyValue(argument);
    const key = parts?.key ?? '';
    const where = `Parameter ${index + 1}`;
    if (argument.startsWith('-')) {
      const flag = argument.replace(/=.*$/s, '');
      problems.push({ code: 'parameters.flag', text: `${flag} is no option and no parameter.`, remedy: 'See --help.' });
    } else if (parts === undefined) {
      problems.push({
        code: 'parameters.syntax',
        text: `${where}, of ${argument.length} letters, has no "=".`,
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
