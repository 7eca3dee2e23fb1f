import { formsOf } from './forms.js';
import { maskLikely } from './likely.js';

/** Takes secrets out of a text that somebody else wrote. */
export type Redact = (text: string) => string;

/** Makes what replaces each of these values, in every form that `formsOf` knows, by `****`. */
export function redactor(secrets: readonly string[]): Redact {
  // Longest first, so that a value which holds another one is taken out whole.
  const hidden = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, form) => shown.replaceAll(form, '****'), text);
}

/** The same, and what looks like a secret to everybody: for words of AWS, which repeat what others gave to it. */
export function strangersRedactor(secrets: readonly string[]): Redact {
  const redact = redactor(secrets);
  return (text) => maskLikely(redact(text));
}

/** For a text whose beginning was cut off: it may begin with the end of a secret. */
export function restRedactor(secrets: readonly string[]): Redact {
  const forms = secrets.flatMap(formsOf);
  return (text) => {
    const rest = Math.max(0, ...forms.map((form) => restOf(form, text)));
    return rest === 0 ? text : `****${text.slice(rest)}`;
  };
}

function restOf(secret: string, text: string): number {
  for (let length = secret.length - 1; length > 0; length--) if (text.startsWith(secret.slice(-length))) return length;
  return 0;
}
