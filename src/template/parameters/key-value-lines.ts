import { splitKeyValue } from '../../text/key-value.js';

/** One `KEY=VALUE` line of a file, or what stands there instead. */
export interface FileLine {
  /** Counted from 1. */
  readonly line: number;
  /** undefined where the line has no `=`. */
  readonly entry?: { readonly key: string; readonly value: string };
}

/** Whether a text is lines of `KEY=VALUE`: the first one that is neither blank nor a comment tells. */
export function isKeyValueLines(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => !isIdle(line));
  return first !== undefined && /^\s*[^\s=:#,[\]{}"']+\s*=/.test(first);
}

/**
 * The lines of such a text; blank ones and those that begin with `#` say nothing. A value stands as it is written, but
 * one that is all in single quotes, as `--outputs` and shells write it, is what is quoted, line breaks included.
 */
export function keyValueLines(text: string): readonly FileLine[] {
  const lines = text.split(/\r?\n/);
  const found: FileLine[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    const written = lines[index] ?? '';
    if (isIdle(written)) continue;
    const parts = splitKeyValue(written);
    if (parts === undefined) {
      found.push({ line });
      continue;
    }
    let { value } = parts;
    // Quotes that are open go on in the next line; those that never close are letters.
    const open = index;
    while (value.startsWith("'") && unquoted(value) === undefined && index + 1 < lines.length)
      value += `\n${lines[++index] ?? ''}`;
    const quoted = unquoted(value);
    if (quoted === undefined) index = open;
    found.push({ line, entry: { key: parts.key.trim(), value: quoted ?? parts.value } });
  }
  return found;
}

function isIdle(line: string): boolean {
  return /^\s*(?:#|$)/.test(line);
}

/** What a shell makes of a value that is all in single quotes; undefined when it is not. */
function unquoted(value: string): string | undefined {
  const text = value.trimEnd();
  return /^'[^']*'(?:\\''[^']*')*$/.test(text) ? text.slice(1, -1).replaceAll("'\\''", "'") : undefined;
}
