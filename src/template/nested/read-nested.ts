import { AwsFault, Failure } from '../../errors.js';
import type { TemplateFinding } from '../../model/stack/template.js';
import { faultText } from '../../text/fault-text.js';
import { withoutStop } from '../../text/sentence.js';
import { evaluateWith, type Evaluate, type KnownValues } from './evaluate.js';
import { inspectTemplate, takenBefore } from '../load.js';
import type { Undecided } from '../group-policies.js';
import { nestedStacks, type NestedPlace } from './nested-places.js';
import { isList, isMap, pathText, type ParsedTemplate, type Tree } from '../tree.js';

/** CloudFormation takes 2,500 nested resources in all; nobody nests deeper or more than this. */
const deepest = 20;
const most = 200;

/** How nested templates are read. All throw a Failure or an AwsFault. */
export interface NestedIo {
  readonly readFile: (path: string) => Promise<string>;
  /** An object in S3, by its https address. */
  readonly readUrl: (url: string) => Promise<string>;
  /** ARN of a nested stack that is there, by its id in the parent; undefined when it is not there yet. */
  readonly stackOf: (parentStackId: string, logicalId: string) => Promise<string | undefined>;
  /** The template that a stack has now. */
  readonly stackTemplate: (stackId: string) => Promise<string>;
}

/** A template whose nested ones are to be read. */
export interface NestingTemplate {
  readonly template: ParsedTemplate;
  /** Its path on this machine, beside which files of nested stacks are. */
  readonly path?: string;
  /** ARN of its stack; undefined before its creation. */
  readonly stackId: () => Promise<string | undefined>;
  /** Values that are certain: policies are judged with them. */
  readonly certain: KnownValues;
  /** Values that addresses are computed with; with defaults where nothing else is known. */
  readonly likely: KnownValues;
}

/** A nested template with what is wrong with it. */
export interface NestedTemplate {
  readonly origin: string;
  readonly bytes: number;
  readonly resources: number;
  readonly findings: readonly TemplateFinding[];
  /** Absent when the text is no template. */
  readonly template?: ParsedTemplate;
}

/** Everything below a template. */
export interface NestedReading {
  /** One warning for each nested stack of the template itself whose template could not be read. */
  readonly unread: readonly TemplateFinding[];
  /** All that were read, whatever their depth. One that is used twice with other values is here twice. */
  readonly templates: readonly NestedTemplate[];
}

/**
 * Reads the templates of all nested stacks, and of those that these nest, and checks them as the one above them. The
 * template is the file that the parent names, else the object of its TemplateURL, else the one that the nested stack
 * has now. What cannot be read becomes one warning.
 */
export async function readNested(root: NestingTemplate, io: NestedIo, undecided: Undecided): Promise<NestedReading> {
  const templates: NestedTemplate[] = [];
  const texts = new Map<string, Promise<string>>();
  const once = (origin: string, read: () => Promise<string>): Promise<string> => {
    const text = texts.get(origin) ?? read();
    texts.set(origin, text);
    return text;
  };
  let left = most;
  const visit = async (parent: NestingTemplate, depth: number): Promise<readonly TemplateFinding[]> => {
    const judged = evaluateWith(parent.template, parent.certain);
    const located = evaluateWith(parent.template, parent.likely);
    const unread: TemplateFinding[] = [];
    for (const place of nestedStacks(parent.template)) {
      if (place.condition !== undefined && judged.condition(place.condition) === false) continue;
      if (depth >= deepest || left <= 0) {
        const bound = depth >= deepest ? `more than ${deepest} levels deep` : `one of more than ${most}`;
        unread.push(unreadFinding(parent.template, place, `it is ${bound}`, false));
        if (left <= 0) break;
        continue;
      }
      left--;
      const stackId = lazily(async () => {
        const above = await parent.stackId();
        return above === undefined ? undefined : io.stackOf(above, place.id);
      });
      const found = await read(parent, place, located, { io, once, stackId });
      if (found.why !== undefined)
        unread.push(unreadFinding(parent.template, place, found.why, found.text !== undefined));
      if (found.text === undefined) continue;
      const child = {
        certain: passed(place, judged, parent.certain),
        likely: passed(place, located, parent.likely),
        stackId,
        ...(found.path !== undefined && { path: found.path }),
      };
      const inspected = inspect(found, child.certain, undecided);
      const { template } = inspected;
      const below = template === undefined ? [] : await visit({ ...child, template }, depth + 1);
      templates.push({ ...inspected, findings: [...inspected.findings, ...below] });
    }
    return unread;
  };
  const unread = await visit(root, 0);
  return { unread, templates };
}

/** A nested template's text, or why there is none. */
interface Found {
  readonly origin: string;
  readonly text?: string;
  readonly path?: string;
  /** Why the new template could not be read; with a text, that is the one that the stack has now. */
  readonly why?: string;
}

interface Means {
  readonly io: NestedIo;
  /** Reads each text once, however many stacks use it. */
  readonly once: (origin: string, read: () => Promise<string>) => Promise<string>;
  readonly stackId: () => Promise<string | undefined>;
}

async function read(parent: NestingTemplate, place: NestedPlace, located: Evaluate, means: Means): Promise<Found> {
  const tried: string[] = [];
  const attempt = async (origin: string, text: () => Promise<string>): Promise<string | undefined> => {
    try {
      return await means.once(origin, text);
    } catch (error) {
      if (error instanceof Failure) tried.push(withoutStop(error.facts.what));
      else if (error instanceof AwsFault) tried.push(faultText(error));
      else throw error;
      return undefined;
    }
  };
  const { io } = means;
  const path = place.fileBeside(parent.path);
  if (path !== undefined) {
    const text = await attempt(path, () => io.readFile(path));
    if (text !== undefined) return { origin: path, path, text };
  }
  const url = place.address === undefined ? undefined : located.value(place.address);
  if (typeof url === 'string' && url.startsWith('https://')) {
    const origin = url.replace(/\?.*$/s, '');
    const text = await attempt(url, () => io.readUrl(url));
    if (text !== undefined) return { origin, text };
  } else if (path === undefined) {
    tried.push(
      typeof url === 'string' ? `${url} is not an address in S3` : 'its TemplateURL is not known before the change',
    );
  }
  const stackId = await means.stackId();
  const why = tried.join('; ');
  if (stackId === undefined) return { origin: '', why };
  const origin = `the template of nested stack ${stackId.split('/')[1] ?? stackId}`;
  const text = await attempt(origin, () => io.stackTemplate(stackId));
  return { origin, why, ...(text !== undefined && { text }) };
}

function inspect({ origin, text = '', why }: Found, certain: KnownValues, undecided: Undecided): NestedTemplate {
  try {
    const found = inspectTemplate(text, origin, (template) => ({
      evaluate: evaluateWith(template, certain),
      undecided,
    }));
    const { template, bytes, resources } = found;
    // Without a new template this is the one that the service has taken before.
    const findings = why === undefined ? found.findings : takenBefore(found.findings);
    return { template, origin, bytes, resources, findings };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, what } = error.facts;
    const { line, column, text: said } = error.at ?? { line: 1, column: 1, text: what };
    const severity = why === undefined ? 'error' : 'warning';
    return {
      origin,
      bytes: Buffer.byteLength(text, 'utf8'),
      resources: 0,
      findings: [{ code, path: '', line, column, text: said, remedy: '', severity }],
    };
  }
}

/**
 * What a nested stack gets from its parent. What the parent does not give takes the nested template's default, as in
 * any call of UpdateStack.
 */
function passed({ parameters }: NestedPlace, evaluate: Evaluate, { pseudo }: KnownValues): KnownValues {
  const values = new Map<string, string>();
  const unknown = new Set<string>();
  for (const [key, tree] of Object.entries(parameters)) {
    const text = textOf(evaluate.value(tree), evaluate);
    if (text === undefined) unknown.add(key);
    else if (text !== null) values.set(key, text);
  }
  // Its stack has a name and an id of its own, which nobody knows before it is there.
  const inner = new Map([...pseudo].filter(([name]) => !name.startsWith('AWS::Stack')));
  return { parameters: values, unknown, pseudo: inner };
}

/** A list is given with commas; null is nothing. */
function textOf(value: Tree | undefined, evaluate: Evaluate): string | null | undefined {
  if (!isList(value)) return isMap(value) ? undefined : value;
  const items = value.map((item) => evaluate.value(item));
  return items.every((item) => typeof item === 'string') ? items.join(',') : undefined;
}

function unreadFinding(template: ParsedTemplate, place: NestedPlace, why: string, former: boolean): TemplateFinding {
  const checked = former
    ? 'the one that the stack has now is checked instead'
    : 'whether CloudFormation would replace instances in it is not known';
  return {
    code: 'template.nestedUnread',
    path: pathText(place.path),
    ...template.at(place.path),
    text: `The template of nested stack ${place.id} could not be read (${why}); ${checked}.`,
    remedy: 'Make it readable, or check it by itself: ha-updater validate TEMPLATE.',
    severity: 'warning',
  };
}

function lazily<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
