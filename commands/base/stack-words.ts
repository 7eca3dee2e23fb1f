import { string as argument } from '@oclif/core/args';

/**
 * STACK and KEY=VALUE as one list: with --app STACK may be left out, and oclif takes no optional argument
 * before a list.
 */
export const stackWords = {
  words: argument({
    name: 'STACK KEY=VALUE',
    description:
      'The stack (with --app its name, id or path, or nothing when the app has one), then ' +
      'parameters of the template; those not given keep their previous values. A value may be @file:PATH or @env:NAME',
    multiple: true,
    ignoreStdin: true,
  }),
};

/** The words of a command line, sorted. */
export interface StackWords {
  readonly stack?: string;
  readonly parameters: readonly string[];
}

/** Names of stacks hold no "=", so the first word is a parameter when it does. */
export function splitWords(words: readonly string[]): StackWords {
  const [first, ...rest] = words;
  return first === undefined || first.includes('=') ? { parameters: words } : { stack: first, parameters: rest };
}
