import { plainText } from '../../../text/plain.js';

/** Text that is mark-up already. Only `html` makes it, and what draws the plots. */
export class Markup {
  constructor(readonly text: string) {}
}

type Value = string | number | Markup | readonly Markup[];

/** Mark-up with values in it: a string can only ever be text there, whatever stands in it. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  // How the source is indented says nothing to a browser.
  const texts = parts.map((part) => part.replace(/\n\s+/g, '\n'));
  return new Markup(texts.reduce((all, part, index) => `${all}${shown(values[index - 1])}${part}`));
}

function shown(value: Value | undefined): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return plainText(text, ' ').replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}

/** The name of an element: of letters, digits and hyphens, the same for the same text. */
export function idOf(kind: string, name: string): string {
  return `${kind}-${name.replace(/[^\w-]/g, (other) => `_${other.charCodeAt(0).toString(16)}`)}`;
}
