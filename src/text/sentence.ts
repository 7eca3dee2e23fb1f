import { oneLine } from './plain.js';

/** The text with a full stop, unless it ends like a sentence already. */
export function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?]$/.test(line) ? line : `${line}.`;
}

/**
 * The text without the full stop that ends it, for the middle of a sentence: AWS ends some of its messages with
 * one.
 */
export function withoutStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}
/** The text with a capital letter at its beginning. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `NAME: TEXT`; the text alone where it begins with that already, or there is no name. */
export function under(name: string | undefined, text: string): string {
  return name === undefined || name === '' || text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
}

/** The text, cut where it is longer than that. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** `: TEXT`, the last line of an output that says anything, cut to its end where it is long; '' without one. */
export function lastLine(output: string): string {
  const line = output
    .split('\n')
    .filter((text) => text.trim() !== '')
    .at(-1);
  return line === undefined ? '' : `: ${line.length > 200 ? `…${line.slice(-200)}` : line}`;
}
