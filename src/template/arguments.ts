import { usage } from '../errors.js';
import type { GivenParameter } from '../model/template.js';

/**
 * KEY=VALUE arguments. The first `=` divides, so values may hold more of them, and may be empty.
 * @throws Failure (usage) naming everything that is wrong at once; values are never shown, they may be secret
 */
export function parseParameters(args: readonly string[]): readonly GivenParameter[] {
  const problems: { code: string; text: string; remedy: string }[] = [];
  const given = new Map<string, string>();
  args.forEach((argument, index) => {
    const sign = argument.indexOf('=');
    const key = sign < 0 ? '' : argument.slice(0, sign);
    const where = `parameter ${index + 1}`;
    if (argument.startsWith('-')) {
      const flag = argument.replace(/=.*$/s, '');
      problems.push({ code: 'parameters.flag', text: `${flag} is no option and no parameter.`, remedy: 'See --help.' });
    } else if (sign < 0) {
      problems.push({ code: 'parameters.syntax', text: `${where}, of ${argument.length} letters, has no "=".`, remedy: 'Write KEY=VALUE.' });
    } else if (!/^[A-Za-z0-9]{1,255}$/.test(key)) {
      const text = key === '' ? `${where} has no name before "=".` : `"${key}" is no name of a parameter: only letters and digits are.`;
      problems.push({ code: 'parameters.name', text, remedy: 'Write KEY=VALUE.' });
    } else if (given.has(key)) {
      problems.push({ code: 'parameters.twice', text: `${key} is given twice.`, remedy: 'Give it once.' });
    } else {
      given.set(key, argument.slice(sign + 1));
    }
  });
  if (problems.length > 0) {
    const [first] = problems;
    if (problems.length === 1 && first !== undefined) throw usage(first.code, `${upperFirst(first.text)} ${first.remedy}`);
    throw usage('parameters.invalid', `${problems.length} parameters cannot be read.`, [], problems);
  }
  return [...given].map(([key, value]) => ({ key, value }));
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
