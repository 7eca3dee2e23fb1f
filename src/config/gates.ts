import type { HookPlan } from '../model/hook.js';
import type { Gates } from '../model/plan.js';
import { quote } from './quote.js';
import { readNumbers, type NumberTexts } from './numbers.js';

/** What a rollout has to pass besides health, as the command line gave it. */
export interface GateFlags extends NumberTexts {
  readonly 'check-command'?: string | undefined;
  readonly 'before-terminate-command'?: string | undefined;
  readonly 'after-terminate-command'?: string | undefined;
}

const COMMANDS = ['check-command', 'before-terminate-command', 'after-terminate-command'] as const;

/** Flags to gates; undefined when none was asked for. Problems are added as whole sentences. */
export function readGates(flags: GateFlags, problems: string[]): Gates | undefined {
  const hooks = readHooks(flags, problems);
  if (hooks === undefined) return undefined;
  return { words: gateWords(flags).map(quote).join(' '), hooks };
}

function readHooks(flags: GateFlags, problems: string[]): HookPlan | undefined {
  const seconds = readNumbers(['check-timeout', 'command-timeout'], flags, problems);
  for (const name of COMMANDS) if (flags[name]?.trim() === '') problems.push(`--${name} must not be empty.`);
  const { 'check-command': check, 'before-terminate-command': beforeTerminate, 'after-terminate-command': afterTerminate } = flags;
  if (flags['check-timeout'] !== undefined && check === undefined) problems.push('--check-timeout is for --check-command.');
  if (flags['command-timeout'] !== undefined && beforeTerminate === undefined && afterTerminate === undefined) {
    problems.push('--command-timeout is for --before-terminate-command and --after-terminate-command.');
  }
  if (check === undefined && beforeTerminate === undefined && afterTerminate === undefined) return undefined;
  return {
    ...(check === undefined ? {} : { check }),
    ...(beforeTerminate === undefined ? {} : { beforeTerminate }),
    ...(afterTerminate === undefined ? {} : { afterTerminate }),
    checkTimeoutMs: seconds['check-timeout'],
    commandTimeoutMs: seconds['command-timeout'],
  };
}

/** The gates of a command line, spelt out again. */
export function gateWords(flags: GateFlags): readonly string[] {
  const texts = [...COMMANDS, 'check-timeout', 'command-timeout'] as const;
  return texts.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]]));
}
