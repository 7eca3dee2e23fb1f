import { command } from '../../text/commands/next-command.js';
import { remedyText } from '../../text/commands/remedy.js';
import { AwsFault, Failure } from '../../errors.js';
import { retrying } from '../../engine/retrying-gateway.js';
import type { Deps } from '../../engine/deps.js';
import type { RunValues, TemplateFinding } from '../../model/stack/template.js';
import type { Run } from '../../run/run.js';
import { faultText } from '../../text/fault-text.js';
import { sentence } from '../../text/sentence.js';
import { checkTemplate } from '../../template/check.js';
import { FIGHTS } from '../../template/group-policies.js';
import { takenBefore, withoutFights, type Loaded } from '../../template/load.js';
import { evaluateWith, type KnownValues } from '../../template/nested/evaluate.js';
import { readNested, type NestedIo } from '../../template/nested/read-nested.js';
import { parseTemplate } from '../../template/parse.js';
import { readSource, type SourceIo } from '../../template/source.js';
import { stackNameOf } from '../../model/stack/stack.js';

/** What is known of where and as whom a run works. */
export interface Place {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly stackName?: string | undefined;
  readonly stackId?: string | undefined;
}

/** In which run a template is judged. */
export interface AsOf {
  readonly values: RunValues;
  /** Name or ARN, as the user said it. */
  readonly stack: string;
  /** False: the groups stay as CloudFormation leaves them. */
  readonly swaps: boolean;
}

/** A change set brings its own template, which is read when the change set is known to be ready. */
export function templateOfChangeSet(name: string): Loaded {
  return {
    source: { kind: 'previous' },
    origin: `change set ${name}`,
    bytes: 0,
    resources: 0,
    declared: [],
    findings: [],
  };
}

/** What is wrong with the template that a change set brings: whoever made it may have checked nothing. */
export async function examineChangeSet(
  run: Pick<Run, 'deps' | 'region' | 'identity'>,
  name: string,
  io: SourceIo,
  asOf: AsOf,
): Promise<readonly TemplateFinding[]> {
  const template = templateOfChangeSet(name);
  try {
    const text = await retrying(run.deps).stackTemplate(asOf.values.stackId ?? asOf.stack, name);
    return await examineTemplate(run, { ...template, parsed: parseTemplate(text, template.origin).template }, io, asOf);
  } catch (error) {
    if (!(error instanceof AwsFault) && !(error instanceof Failure)) throw error;
    const why = error instanceof AwsFault ? faultText(error) : error.facts.what;
    return [
      {
        code: 'template.unreadable',
        path: '',
        line: 1,
        column: 1,
        text: `${sentence(why)} Its update policies could not be checked.`,
        remedy: remedyText(
          [command`aws cloudformation get-template --change-set-name ${name} --stack-name ${asOf.stack}`],
          run.deps.placed,
        ),
        severity: 'warning',
      },
    ];
  }
}

/**
 * What else is wrong with a template once the values of the run are known: update policies under conditions, and
 * everything in its nested templates.
 */
export async function examineTemplate(
  { deps, region, identity }: Pick<Run, 'deps' | 'region' | 'identity'>,
  { parsed, source, origin, findings }: Loaded,
  io: SourceIo,
  { values, stack, swaps }: AsOf,
): Promise<readonly TemplateFinding[]> {
  if (parsed === undefined) return [];
  const { parameters, unknown, stackId } = values;
  const known: KnownValues = {
    parameters,
    unknown,
    pseudo: pseudoParameters({
      region,
      account: identity.account,
      stackName: stackNameOf(stackId ?? stack),
      stackId,
    }),
  };
  const told = new Set(findings.map(keyOf));
  const judged = checkTemplate(parsed, { evaluate: evaluateWith(parsed, known), undecided: 'error' });
  const nested = await readNested(
    {
      template: parsed,
      ...(isFile(origin, source.kind) && { path: origin }),
      stackId: () => Promise.resolve(stackId),
      certain: known,
      likely: known,
    },
    nestedIo(deps, io),
    'error',
  );
  const below = nested.templates.flatMap((template) =>
    template.findings.map((finding) => ({ ...finding, origin: template.origin })),
  );
  const all = [
    ...judged.filter((finding) => FIGHTS.has(finding.code) && !told.has(keyOf(finding))),
    ...nested.unread,
    ...(source.kind === 'previous' ? takenBefore(below) : below),
  ];
  return once(swaps ? all : withoutFights(all));
}

/** `AWS::Region` and its like, as far as they are known. */
export function pseudoParameters({ region, account, stackName, stackId }: Place): ReadonlyMap<string, string> {
  const china = region?.startsWith('cn-') === true;
  const partition = china ? 'aws-cn' : region?.startsWith('us-gov-') === true ? 'aws-us-gov' : 'aws';
  const values: readonly (readonly [string, string | undefined])[] = [
    ['AWS::Region', region],
    ['AWS::AccountId', account],
    ['AWS::Partition', region === undefined ? undefined : partition],
    ['AWS::URLSuffix', region === undefined ? undefined : `amazonaws.com${china ? '.cn' : ''}`],
    ['AWS::StackName', stackName],
    ['AWS::StackId', stackId],
  ];
  return new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Nested templates are read as the template itself, and asked of the stacks that are there. */
function nestedIo(deps: Deps, io: SourceIo): NestedIo {
  const resources = new Map<string, ReturnType<Deps['gateway']['listResources']>>();
  return {
    readFile: io.readFile,
    readUrl: async (url) => (await readSource(url, io)).text,
    stackOf: async (parent, logicalId) => {
      const listed = resources.get(parent) ?? retrying(deps).listResources(parent);
      resources.set(parent, listed);
      try {
        const found = (await listed).find((resource) => resource.logicalId === logicalId);
        return found === undefined || found.physicalId === '' || found.status.startsWith('DELETE_')
          ? undefined
          : found.physicalId;
      } catch (error) {
        if (error instanceof AwsFault) return undefined;
        throw error;
      }
    },
    stackTemplate: (stackId) => retrying(deps).stackTemplate(stackId),
  };
}

/** Only what was read from a file has files beside it. */
export function isFile(origin: string, kind?: Loaded['source']['kind']): boolean {
  return kind !== 'previous' && !origin.includes('://');
}

function once(findings: readonly TemplateFinding[]): readonly TemplateFinding[] {
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}

function keyOf({ origin = '', code, path, text }: TemplateFinding): string {
  return [origin, code, path, text].join('\u0000');
}
