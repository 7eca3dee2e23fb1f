import { expect } from 'chai';
import { circles, comparesStrategies, crowded, namesakes, notKebab } from './house.js';
import { importsOf, read, repositoryFiles } from './scan.js';

const typescript = repositoryFiles().filter((path) => path.endsWith('.ts'));
const sources = typescript.filter((path) => path.startsWith('src/'));
const tests = typescript.filter((path) => path.startsWith('test/'));

/**
 * Names that several files of src share, because they are about the same thing on another floor: what it is, what is
 * decided of it, how AWS or the sandbox serves it, how it is shown. Any other namesake needs a name of its own.
 */
const SAME_THING: readonly string[] = [
  'index.ts',
  // Each strategy has the same two files, and a gate of its own.
  'strategy.ts',
  'facts.ts',
  'start.ts',
  'processes.ts',
  'state.ts',
  'restart.ts',
  'diagnose.ts',
  'status.ts',
  'plan.ts',
  'alarms.ts',
  'balancers.ts',
  'health.ts',
  'registrations.ts',
  'gateway.ts',
  'activities.ts',
  'ec2.ts',
  'groups.ts',
  'faults.ts',
  'ssm-commands.ts',
  'change-sets.ts',
  'clock.ts',
  'gates.ts',
  'change-set.ts',
  'forecast.ts',
  'check.ts',
  'stack.ts',
  'template.ts',
  's3.ts',
  'tags.ts',
  'load.ts',
  'parameters.ts',
  'references.ts',
  'instances.ts',
  'rollout-plan.ts',
];

/** Where the name of a strategy is read from a note or a flag, or written for people. The guard reasons by itself. */
const NAMES_STRATEGIES: readonly string[] = [
  'src/aws/groups/note-tags.ts',
  'src/config/strategy.ts',
  'src/config/rollout-plan.ts',
  'src/render/describe.ts',
  'src/render/live/group-view.ts',
  'src/render/live/run-steps.ts',
  'src/render/live/situation.ts',
  'src/render/live/story.ts',
  'src/render/documents/plan.ts',
  'src/render/report/promised.ts',
  'src/app/inspect/status-group.ts',
  'src/replay/derive.ts',
];

describe('the house', () => {
  it('has no folder of more than 15 files in src, nor of more than 25 in test', () => {
    expect([...crowded(sources, 15), ...crowded(tests, 25)]).to.deep.equal([]);
  });

  it('names files by words in lower case with hyphens', () => {
    expect(notKebab(typescript)).to.deep.equal([]);
  });

  it('gives one name to one thing', () => {
    const others = [...namesakes(sources)].filter(([name]) => !SAME_THING.includes(name));
    expect(others.map(([, files]) => files.join(' '))).to.deep.equal([]);
  });

  it('has no files that import each other in a circle, types included', () => {
    const imports = new Map(sources.map((path) => [path, importsOf(path, read(path))]));
    expect(circles(sources, (path) => imports.get(path) ?? []).map((circle) => circle.join(' '))).to.deep.equal([]);
  });

  it('compares the name of a strategy only where it is parsed, written or shown, and below its folder', () => {
    const wrong = sources
      .filter((path) => !/^src\/(sandbox|decide\/strategies|decide\/guard)\//.test(path))
      .filter((path) => !NAMES_STRATEGIES.includes(path))
      .filter((path) => comparesStrategies(read(path)));
    expect(wrong).to.deep.equal([]);
  });

  it('would notice', () => {
    expect(comparesStrategies("if (record.strategy === 'swap') {}")).to.equal(true);
    expect(comparesStrategies("switch (plan.strategy) { case 'rolling': }")).to.equal(true);
    expect(comparesStrategies("phase === 'restart'; action: 'swap'")).to.equal(false);
    expect(crowded(['a/1.ts', 'a/2.ts', 'a/b/3.ts'], 1)).to.deep.equal(['a: 2 files']);
    expect(notKebab(['a/changeSets.ts', 'a/change-sets.test.ts', 'a/x.d.ts'])).to.deep.equal(['a/changeSets.ts']);
    expect([...namesakes(['a/x.ts', 'b/x.ts', 'b/y.ts']).keys()]).to.deep.equal(['x.ts']);
    const graph: Readonly<Record<string, readonly string[]>> = {
      a: ['b', 'z'],
      b: ['c'],
      c: ['b'],
      d: ['a', 'e'],
      e: [],
    };
    expect(circles(Object.keys(graph), (file) => graph[file] ?? [])).to.deep.equal([['b', 'c']]);
  });
});
