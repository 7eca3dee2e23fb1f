/**
 * Compares what is taken for true of AWS with its newest API models, which botocore on PyPI brings, and says what
 * differs:
 *
 *     npm run facts
 *
 * A report: it fails by nothing that AWS changes, nor where PyPI does not answer, which it says.
 */
import { readFileSync } from 'node:fs';
import { withBotocore, type Model } from './aws-models.js';
import { constraintTable } from './constraint-models.js';
import { allFacts } from './facts-page.js';
import { differences, MODEL_FACTS } from './model-facts.js';

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/** The lines of one table that the other has not. */
function linesBeside(table: string, other: string): readonly string[] {
  const known = new Set(other.split('\n').map((line) => line.replace(/,$/, '')));
  return table.split('\n').flatMap((line) => (known.has(line.replace(/,$/, '')) ? [] : [line.trim().slice(0, 160)]));
}

function report(open: (service: string) => Model, version: string): void {
  const models = new Map<string, Model>();
  const changed = MODEL_FACTS.flatMap((fact) => {
    const model = models.get(fact.model) ?? open(fact.model);
    models.set(fact.model, model);
    return differences(fact, model).map((what) => `  ${fact.beside}: by ${fact.model} ${fact.at}, ${what}`);
  });
  const table = readFileSync(
    new URL('../../src/sandbox/wire/constraints/constraint-table.json', import.meta.url),
    'utf8',
  );
  const [, from = ''] = /"from": "(.*)"/.exec(table) ?? [];
  const now = constraintTable(open, version);
  const named = (line: string): boolean => !line.startsWith('"from"');
  const added = linesBeside(now, table).filter(named);
  const gone = linesBeside(table, now).filter(named);
  write(
    `facts: ${MODEL_FACTS.length} of ${allFacts().length} compared with botocore ${version}, ${changed.length} differ`,
  );
  changed.forEach(write);
  const counts = `${added.length} lines are new or other by now, ${gone.length} are not so any more`;
  write(`constraints of the sandbox: from ${from}; ${counts}`);
  for (const line of added) write(`  + ${line}`);
  for (const line of gone) write(`  - ${line}`);
  if (added.length + gone.length > 0)
    write('To take them over, raise VERSION in scripts/constraints.ts: npm run constraints');
}

try {
  withBotocore(undefined, report);
} catch (error) {
  const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
  write(`facts: NOT COMPARED, AWS's newest models cannot be had from PyPI now: ${why}`);
}
