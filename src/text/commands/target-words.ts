import { quote } from '../shell-quote.js';

/**
 * The flag that names a group, or what is behind a balancer, and its value: `--asg NAME`, not quoted for a shell
 * yet.
 */
export function targetWords(name: string): readonly string[] {
  if (name.startsWith('elb:')) return ['--elb', name.slice('elb:'.length)];
  return name.startsWith('arn:') ? ['--target-group', name] : ['--asg', name];
}

/** The flags that name all of these groups, for a shell. */
export function targetFlags(names: readonly string[]): string {
  return names.flatMap(targetWords).map(quote).join(' ');
}
