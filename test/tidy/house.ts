import { basename, dirname } from 'node:path';

/** A folder that holds more files than a reader takes in, with how many it holds. */
export function crowded(files: readonly string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > most).map(([folder, count]) => `${folder}: ${count} files`);
}

/** Files whose names are not words in lower case, joined by hyphens. */
export function notKebab(files: readonly string[]): string[] {
  return files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(basename(file)));
}

/** Files that share their name, by that name, in order. */
export function namesakes(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const file of files) byName.set(basename(file), [...(byName.get(basename(file)) ?? []), file]);
  return new Map([...byName].filter(([, same]) => same.length > 1));
}

/**
 * Files that import each other in a circle, each circle as its files in order (Tarjan's strongly connected components).
 * @param importsOf the files that a file imports, types included
 */
export function circles(files: readonly string[], importsOf: (file: string) => readonly string[]): string[][] {
  const known = new Set(files);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    const number = order.size;
    order.set(file, number);
    lowest.set(file, number);
    open.push(file);
    for (const imported of importsOf(file)) {
      if (!known.has(imported)) continue;
      if (!order.has(imported)) visit(imported);
      if (open.includes(imported))
        lowest.set(file, Math.min(lowest.get(file) ?? number, lowest.get(imported) ?? number));
    }
    if (lowest.get(file) !== number) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

/** Whether a text asks which strategy something has, by its name. */
export function comparesStrategies(text: string): boolean {
  const name = "'(?:swap|rolling|restart|prove|unfreeze)'";
  return new RegExp(`strategy (?:===|!==) ${name}|case ${name}:`).test(text);
}
