import type { BareGroup } from '../../engine/gateway.js';
import { configurationReader } from '../../engine/rollout/reads/cached-reads.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault, badFlags } from '../../errors.js';
import type { Group } from '../../model/rollout/group.js';
import { lineWriter } from '../../render/line-writer.js';
import { listPage } from '../../render/documents/groups-list.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { compare } from '../../text/compare.js';
import { faultText } from '../../text/fault-text.js';
import { splitKeyValue } from '../../text/key-value.js';
import { tagProblems } from '../groups/command-targets.js';
import { listedGroup, type ListedGroup } from './list-group.js';
import { withLook, type Looking } from './read-only.js';

export interface ListAsked extends CommonFlags {
  /** `KEY=VALUE`; a group has to carry all of them. */
  readonly 'asg-tag'?: readonly string[] | undefined;
}

/** The --json document of `list`. Fields are only ever added. */
export interface ListDocument extends Omit<CommandResult, 'stack' | 'groups'> {
  readonly account: string;
  readonly region: string;
  /** Service time of the look. */
  readonly at: number;
  /** Worst first. */
  readonly groups: readonly ListedGroup[];
  /** Stacks with groups, in the order of their worst group. */
  readonly stacks: readonly { readonly name: string; readonly groups: readonly string[] }[];
  /** What could not be found out, as sentences. */
  readonly remarks: readonly string[];
}

/** `list`: all groups of the account and region in one row each, by one read of all and one of their templates. */
export async function listAll(asked: ListAsked, surroundings: ProcessContext): Promise<CommandResult | ListDocument> {
  const tags = asked['asg-tag'] ?? [];
  const problems = tagProblems(tags);
  if (problems.length > 0) throw badFlags(problems);
  return withLook({ command: 'list', groups: [] }, asked, surroundings, async (looking) => {
    const { deps, region, place } = looking;
    const gateway = retrying(deps);
    const { account } = await retrying(deps, QUICK).identity();
    const seen = await gateway.listGroups(tags.map((tag) => splitKeyValue(tag) ?? { key: tag, value: '' }));
    const { groups, remarks } = await withConfigurations(looking, seen);
    const rows = groups
      .map((group) => listedGroup(group, { at: seen.at, holderIsGone: deps.holderIsGone, place }))
      .sort((a, b) => a.urgency - b.urgency || compare(a.stack ?? '', b.stack ?? '') || compare(a.name, b.name));
    const listed = rows.map(({ urgency: _, ...row }): ListedGroup => row);
    const document: ListDocument = {
      v: 1,
      command: 'list',
      outcome: 'shown',
      exitCode: 0,
      account,
      region,
      at: seen.at,
      groups: listed,
      stacks: stacksOf(listed),
      remarks,
    };
    if (!surroundings.json) listPage(document, surroundings.stdout).forEach(lineWriter(surroundings.stdout));
    return document;
  });
}

/** Groups with what they launch; without it, and a remark, where that may not be read. */
async function withConfigurations(
  { deps }: Looking,
  { at, groups }: { readonly at: number; readonly groups: readonly BareGroup[] },
): Promise<{ readonly groups: readonly Group[]; readonly remarks: readonly string[] }> {
  const all = (ways: Awaited<ReturnType<ReturnType<typeof configurationReader>>>): readonly Group[] =>
    groups.map(({ balancerRefs: _refs, configurationRefs: _configurations, overrides: _overrides, ...group }) => {
      const own = ways.get(group.name) ?? [];
      return {
        ...group,
        balancers: [],
        ways: own,
        configurations: [...new Set(own.map(({ configuration }) => configuration))],
      };
    });
  try {
    const read = configurationReader(retrying(deps));
    return { groups: all(await read(groups, new Set(groups.map(({ name }) => name)), at)), remarks: [] };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { groups: all(new Map()), remarks: [`What is outdated could not be found out: ${faultText(error)}.`] };
  }
}

function stacksOf(groups: readonly ListedGroup[]): ListDocument['stacks'] {
  const stacks = new Map<string, string[]>();
  for (const { name, stack } of groups)
    if (stack !== undefined) stacks.set(stack, [...(stacks.get(stack) ?? []), name]);
  return [...stacks].map(([name, of]) => ({ name, groups: of }));
}
