/** Our command lines on a page, without `ha-updater`: in code blocks (continued lines joined) and in backquotes. */
export function commandLines(text: string): readonly string[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  const blocks = [...joined.matchAll(/^ *(?:\$ )?ha-updater ([a-z][^\n`]*)$/gm)].map((match) => match[1] ?? '');
  const inline = [...joined.matchAll(/`ha-updater ([a-z][^`]*)`/g)].map((match) => match[1] ?? '');
  return [...blocks, ...inline];
}
