import { Failure, usage } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { GivenParameter } from '../../model/stack/template.js';
import { splitArguments } from '../arguments.js';
import { expandValue, type ValueSources } from './parameter-value.js';
import { parseParametersFile, type ParametersFile } from './parameters-file.js';

/** Parameters as a command line states them, unread. */
export interface ParametersAsked {
  /** KEY=VALUE. */
  readonly arguments: readonly string[];
  /** Paths; what a later one says holds. */
  readonly files: readonly string[];
  /** Keys that take the template's default, whatever the stack has. */
  readonly useDefault: readonly string[];
  /** Values that hold unless anything else gives one, such as those of a CDK app. */
  readonly base?: Readonly<Record<string, string>>;
}

export interface ParametersWanted {
  readonly given: readonly GivenParameter[];
  readonly useDefault: readonly string[];
  /** Of files in CodePipeline's form. */
  readonly tags: Readonly<Record<string, string>>;
  readonly stackPolicy?: string;
  /** Keys whose value in a file was overridden by a later file or by the command line. */
  readonly overridden: readonly string[];
}

/**
 * Files first, in their order, then the command line.
 * @throws Failure (usage) with everything that is wrong at once; no value is ever shown
 */
export async function readParameters(asked: ParametersAsked, sources: ValueSources): Promise<ParametersWanted> {
  const problems: Reason[] = [];
  const values = new Map<string, string>(Object.entries(asked.base ?? {}));
  const overridden = new Set<string>();
  const fromFiles = new Set<string>();
  const tags: Record<string, string> = {};
  let stackPolicy: string | undefined;

  for (const path of asked.files) {
    const file = await readOne(path, sources, problems);
    Object.assign(tags, file?.tags);
    stackPolicy = file?.stackPolicy ?? stackPolicy;
    for (const [key, value] of file?.values ?? []) {
      if (fromFiles.has(key)) overridden.add(key);
      fromFiles.add(key);
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
  }
  for (const { key, value } of splitArguments(asked.arguments, problems)) {
    const expanded = await expandValue(key, value, sources, problems);
    if (expanded === undefined) continue;
    if (fromFiles.has(key)) overridden.add(key);
    values.set(key, expanded);
  }
  for (const key of asked.useDefault) {
    if (!values.has(key)) continue;
    problems.push({
      code: 'parameters.twice',
      text: `${key} has a value and is to take its default (--use-default).`,
      remedy: 'Keep one.',
    });
  }
  if (problems.length > 0) throw allOf(problems);
  return {
    given: [...values].map(([key, value]) => ({ key, value })),
    useDefault: [...new Set(asked.useDefault)],
    tags,
    ...(stackPolicy !== undefined && { stackPolicy }),
    overridden: [...overridden],
  };
}

async function readOne(
  path: string,
  { readFile }: ValueSources,
  problems: Reason[],
): Promise<ParametersFile | undefined> {
  try {
    return parseParametersFile(await readFile(path), path, problems);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problems.push({ code: error.facts.code, text: error.facts.what, remedy: '' });
    return undefined;
  }
}

/** One problem is the message itself, several are listed below it. */
function allOf(problems: readonly Reason[]): Failure {
  const [first] = problems;
  if (problems.length === 1 && first !== undefined) return usage(first.code, `${first.text} ${first.remedy}`.trimEnd());
  return usage('parameters.invalid', `${problems.length} things are wrong with the parameters.`, [], problems);
}
