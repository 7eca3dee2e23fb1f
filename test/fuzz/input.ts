import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root.js';

/** One thing to try: a world, what lies in the folder, what is typed there, and how AWS's answers are spoiled. */
export interface FuzzInput {
  readonly world: World;
  /** The words after `ha-updater`; the first ones name a command that there is. */
  readonly words: readonly string[];
  /** By their path in the folder in which the command is typed. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly answers: readonly SpoiledAnswer[];
}

/** `empty` holds nothing; `stack` the stack `web`; `interrupted` the same with a run on it that was killed half-way. */
interface World {
  readonly kind: 'empty' | 'stack' | 'interrupted';
  /** Tags that somebody writes onto its group. */
  readonly tags: Readonly<Record<string, string>>;
  /** What somebody changes in the notes that are there. */
  readonly noteEdits: readonly Edit[];
}

/** From the answer of this number on (from 0), so many are spoiled by these edits. */
export interface SpoiledAnswer {
  readonly from: number;
  readonly count: number;
  readonly edits: readonly Edit[];
}

/** One change of a text. */
export interface Edit {
  readonly kind: 'drop' | 'double' | 'replace' | 'insert' | 'cut' | 'nest';
  /** Which of its parts, from 0 to 1. */
  readonly at: number;
  readonly with: string;
}

const FOLDER = join(ROOT, 'test', 'fixtures', 'fuzz');

/** Inputs that found something once, by name; each has to pass for ever. */
export function keptInputs(): readonly (readonly [string, FuzzInput])[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as FuzzInput]);
}

/** Where a failing input is kept. */
export function fixturePath(name: string): string {
  return join(FOLDER, `${name}.json`);
}
