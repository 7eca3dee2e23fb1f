import { parseTemplate } from '../../src/template/parse.js';
import { isList, isMap, mapAt, type Tree } from '../../src/template/tree.js';
import { read } from '../tidy/scan.js';
import type { Statement } from './policy.js';

const SERVER_TEMPLATE = 'templates/server.yaml';

/** Statements of the shipped policy that the function's role does without, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  Doctor: 'doctor does not run there',
  DoctorAsksIam: 'doctor does not run there',
  ChangeStacks: 'update-stack and plan do not run there',
  GiveAnotherImage: 'the option image is refused',
  StrictLock: 'the option lock is refused',
  NoticesToEventBus: 'notices are refused',
  TemplatesInS3: 'no command with a template runs there',
  LongTemplatesToS3: 'no command with a template runs there',
  HistoryOfRuns: 'the option history is refused',
  OutputOfInstances: 'what instances print may hold secrets, and the log of the function keeps it',
  ServiceRoleOfStacks: 'no command that takes a role of stacks runs there',
  CdkApps: 'no command with an app runs there',
  CdkBootstrap: 'no command with an app runs there',
  Server: 'server status does not run there',
};

/** What stands in the template, with every condition true and `Fn::Sub` as its text. */
function plain(tree: Tree): unknown {
  if (isList(tree)) return tree.map(plain).filter((one) => one !== undefined);
  if (!isMap(tree)) return tree;
  const [[name, argument] = ['', ''], ...others] = Object.entries(tree);
  if (others.length === 0) {
    if (name === 'Fn::Sub') return argument;
    if (name === 'Fn::If' && isList(argument)) return plain(argument[1] ?? null);
    if (name === 'Fn::GetAtt') return `\${${words(argument)}}`;
    if (name === 'Ref') return argument === 'AWS::NoValue' ? undefined : `\${${words(argument)}}`;
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, plain(value)]));
}

function words(tree: Tree): string {
  return isList(tree) ? tree.map(words).join('.') : typeof tree === 'string' ? tree : '';
}

/** The properties of a resource of the template. */
export function propertiesOf(logicalId: string): Readonly<Record<string, unknown>> {
  const { template } = parseTemplate(read(SERVER_TEMPLATE), SERVER_TEMPLATE);
  const resource = mapAt(mapAt(template.top, 'Resources'), logicalId);
  return plain(mapAt(resource, 'Properties')) as Readonly<Record<string, unknown>>;
}

interface Document {
  readonly Statement: readonly Statement[];
}

/** The statements of one policy of the function's role. */
export function roleStatements(policy: 'durable-function' | 'rollouts'): readonly Statement[] {
  const policies = propertiesOf('Role')['Policies'] as readonly {
    readonly PolicyName: string;
    readonly PolicyDocument: Document;
  }[];
  return policies.find(({ PolicyName }) => PolicyName === policy)?.PolicyDocument.Statement ?? [];
}

/** The statements of the policy for those who start, follow and stop. */
export function callerStatements(): readonly Statement[] {
  return (propertiesOf('Callers')['PolicyDocument'] as Document).Statement;
}

/** A statement of the shipped policy, with the template's parameters for what is to be filled in there. */
export function filledIn(statement: Statement): Statement {
  const words: readonly (readonly [RegExp, string])[] = [
    [/^arn:aws:/, 'arn:${AWS::Partition}:'],
    [/\bREGION\b/, '${AWS::Region}'],
    [/\bACCOUNT\b/, '${AWS::AccountId}'],
    [/\bSTACK\*/, '${Stacks}*'],
    [/\bIMAGES\*/, '${Images}*'],
    [/\bCALENDAR\*/, '${Calendars}*'],
  ];
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return words.reduce((text, [word, by]) => text.replace(word, by), value);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one)]));
  };
  return fill(statement) as Statement;
}
