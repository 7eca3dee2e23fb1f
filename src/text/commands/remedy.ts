import { commandText, type NextCommand } from './next-command.js';

/**
 * What a person can do about something: a sentence, in which commands are data until it is told where they would work.
 */
export type Remedy = string | readonly (string | NextCommand)[];

/** A remedy, written as it is read; what is put in is a text, a command, or a remedy. */
export function remedyWith(fixed: TemplateStringsArray, ...values: readonly (Remedy | NextCommand)[]): Remedy {
  return fixed.flatMap((part, index) => {
    const value = values[index];
    const own = part === '' ? [] : [part];
    if (value === undefined) return own;
    return isParts(value) ? [...own, ...value] : [...own, value];
  });
}

/**
 * The sentence.
 * @param placed adds to a command where it works; without it commands stay as they are
 */
export function remedyText(remedy: Remedy, placed: (step: NextCommand) => NextCommand = (step) => step): string {
  if (!isParts(remedy)) return remedy;
  return remedy.map((part) => (typeof part === 'string' ? part : commandText(placed(part)))).join('');
}

function isParts(value: Remedy | NextCommand): value is Exclude<Remedy, string> {
  return Array.isArray(value);
}

/** The same, as it is told: its remedy is the sentence. */
export function asTold<T extends { readonly remedy: Remedy }>(
  one: T,
  placed?: (step: NextCommand) => NextCommand,
): Omit<T, 'remedy'> & { readonly remedy: string } {
  return { ...one, remedy: remedyText(one.remedy, placed) };
}
