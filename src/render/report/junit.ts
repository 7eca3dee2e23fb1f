import { plainText } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';
import { failureBlock } from '../last-words.js';
import { aboutOf, headline, isBad } from './questions.js';
import type { RunFacts } from './facts.js';
import type { GroupFacts } from './group-facts.js';

/** One thing that can go wrong by itself. */
interface Case {
  readonly name: string;
  readonly seconds: number;
  /** Why it failed, or was left out. */
  readonly failed?: { readonly type: string; readonly message: string; readonly text: string };
  readonly skipped?: string;
}

/**
 * JUnit XML, as Jenkins, GitLab and TeamCity read it: a test case for the stack, for each group, and for the run itself
 * where it failed by neither. Source: the schema of Jenkins' xUnit plugin (junit-10.xsd).
 */
export function junitReport(facts: RunFacts): string {
  const cases = casesOf(facts);
  const failed = cases.filter((one) => one.failed !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const about = aboutOf(facts);
  const counts = `tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
  const time = seconds(facts.elapsedMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="ha-updater" tests="${cases.length}" failures="${failed}" time="${time}">`,
    `  <testsuite name="${xml(about)}" ${counts} time="${time}" timestamp="${timestamp(facts.from).slice(0, 19)}">`,
    ...cases.flatMap((one) => testCase(about, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(facts: RunFacts): readonly Case[] {
  const { stack, groups, failure, finished } = facts;
  const known: Case[] = [];
  if (stack !== undefined)
    known.push({
      name: `stack ${stack.name}`,
      seconds: seconds(stack.until - stack.from),
      ...(stack.ok === true ? {} : { failed: stackFailed(stack) }),
    });
  known.push(...groups.map(groupCase));
  const told = known.some((one) => one.failed !== undefined);
  if (!told && isBad(finished?.outcome, finished?.exitCode))
    known.push({
      name: 'run',
      seconds: seconds(facts.elapsedMs),
      failed: {
        type: failure?.code ?? 'unfinished',
        message: failure?.what ?? headline(facts),
        text: failure === undefined || finished === undefined ? '' : words(facts),
      },
    });
  if (known.length === 0) known.push({ name: 'run', seconds: seconds(facts.elapsedMs) });
  // The whole story once, at the first that failed.
  const first = known.findIndex((one) => one.failed !== undefined);
  return known.map((one, index) =>
    index === first && one.failed !== undefined ? { ...one, failed: { ...one.failed, text: words(facts) } } : one,
  );
}

function words({ failure, finished }: RunFacts): string {
  return failure === undefined || finished === undefined
    ? ''
    : failureBlock(finished.outcome, finished.exitCode, failure).join('\n').trim();
}

function stackFailed({ status, rootCauses }: NonNullable<RunFacts['stack']>): NonNullable<Case['failed']> {
  const causes = rootCauses.map(({ logicalId, type, reason }) => `${logicalId} (${type}): ${reason}`);
  return { type: 'stack.failed', message: causes[0] ?? `It ended with ${status}.`, text: causes.join('\n') };
}

function groupCase({ name, view: { result }, spans }: GroupFacts): Case {
  const one = { name: `group ${name}`, seconds: seconds(spans.reduce((sum, { ms }) => sum + ms, 0)) };
  switch (result?.outcome) {
    case undefined:
      return { ...one, failed: { type: 'unfinished', message: 'The run ended before the group did.', text: '' } };
    case 'skipped':
    case 'paused':
      return { ...one, skipped: result.why };
    case 'rolledBack':
    case 'putBack':
    case 'stuck':
    case 'unproven':
      return { ...one, failed: { type: result.outcome, message: result.why, text: '' } };
    default:
      return one;
  }
}

function testCase(suite: string, { name, seconds: time, failed, skipped }: Case): readonly string[] {
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="${time}"`;
  if (failed !== undefined)
    return [
      `${head}>`,
      `      <failure type="${xml(failed.type)}" message="${xml(failed.message)}">${xml(failed.text)}</failure>`,
      '    </testcase>',
    ];
  if (skipped !== undefined) return [`${head}>`, `      <skipped message="${xml(skipped)}"/>`, '    </testcase>'];
  return [`${head}/>`];
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** Text of others in XML 1.0, which has no control characters and no half of a pair. */
function xml(text: string): string {
  return plainText(text, ' ')
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
