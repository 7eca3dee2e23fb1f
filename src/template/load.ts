import { AwsFault, Failure, refused, usage } from '../errors.js';
import type { LoadedTemplate, TemplateFinding, TemplateSource } from '../model/template.js';
import { checkTemplate } from './check.js';
import { declaredParameters } from './declared.js';
import { parseTemplate } from './parse.js';
import { objectOf, templateUrl, type S3Object } from './s3-address.js';
import { mapAt } from './tree.js';

/** Longest text that the service takes in a call, and longest template at all (CloudFormation quotas). */
export const maxBodyBytes = 51_200;
export const maxTemplateBytes = 1_048_576;

/** How templates are read. All answer text and throw a Failure or an AwsFault. */
export interface TemplateIo {
  readonly readFile: (path: string) => Promise<string>;
  readonly fetchText: (url: string) => Promise<string>;
  readonly readObject: (bucket: string, key: string) => Promise<string>;
  readonly stackTemplate: (stack: string) => Promise<string>;
}

/**
 * Reads, parses and checks the template of a run. `source` is a path, a `file://`, `https://` or
 * `s3://` address; undefined means the one that the stack has. What is found is in the answer: only
 * what cannot be read, parsed or sent throws.
 * @throws Failure (usage) naming the place, (refused) when the stack does not exist; AwsFault when S3 or CloudFormation could not be asked
 */
export async function loadTemplate(source: string | undefined, stack: string, io: TemplateIo): Promise<LoadedTemplate> {
  if (source === undefined) return own(stack, io);
  const { text, origin, s3 } = await read(source, io);
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > maxTemplateBytes) {
    throw usage('template.tooBig', `${origin} has ${bytes} bytes; CloudFormation takes templates up to ${maxTemplateBytes}.`, []);
  }
  const { template, findings } = parseTemplate(text, origin);
  return {
    source: sent(text, bytes, origin, s3),
    origin,
    bytes,
    resources: Object.keys(mapAt(template.top, 'Resources')).length,
    declared: declaredParameters(template),
    findings: [...findings, ...checkTemplate(template)],
  };
}

/** As written when the call can carry it, otherwise by its address in S3. */
function sent(text: string, bytes: number, origin: string, s3: string | undefined): TemplateSource {
  if (bytes <= maxBodyBytes) return { kind: 'body', text };
  if (s3 !== undefined) return { kind: 'url', url: s3 };
  throw usage('template.needsS3', `${origin} has ${bytes} bytes; CloudFormation takes at most ${maxBodyBytes} in a call.`, [
    `aws s3 cp ${origin} s3://BUCKET/KEY   # then give --template s3://BUCKET/KEY`,
  ]);
}

/**
 * The stack's own template. The service has taken it before, so what our checks hold against it is
 * only told; but a policy that fights with the swap fights all the same.
 */
async function own(stack: string, io: TemplateIo): Promise<LoadedTemplate> {
  const origin = `the template of stack ${stack}`;
  const text = await ofStack(stack, io);
  const base = { source: { kind: 'previous' } as const, origin, bytes: Buffer.byteLength(text, 'utf8') };
  try {
    const { template, findings } = parseTemplate(text, origin);
    return {
      ...base,
      resources: Object.keys(mapAt(template.top, 'Resources')).length,
      declared: declaredParameters(template),
      findings: [...findings, ...checkTemplate(template)].map((finding) => (fights.has(finding.code) ? finding : asWarning(finding))),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const finding: TemplateFinding = {
      code: 'template.unreadable',
      path: '',
      line: 1,
      column: 1,
      text: `${error.facts.what} Its update policies could not be checked.`,
      remedy: 'Give the template with --template.',
      severity: 'warning',
    };
    return { ...base, resources: 0, declared: [], findings: [finding] };
  }
}

async function ofStack(stack: string, io: TemplateIo): Promise<string> {
  try {
    return await io.stackTemplate(stack);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    throw refused('stack.missing', `There is no stack ${stack}, so there is no template to use again.`, [], [
      `ha-updater update-stack ${stack} --template FILE   # creates it`,
    ]);
  }
}

const fights: ReadonlySet<string> = new Set(['template.rollingUpdate', 'template.instanceRefresh', 'template.replacingUpdate']);

function asWarning(finding: TemplateFinding): TemplateFinding {
  return { ...finding, severity: 'warning' };
}

interface Read {
  readonly text: string;
  readonly origin: string;
  /** Address for the service, when it is in S3. */
  readonly s3?: string;
}

async function read(source: string, io: TemplateIo): Promise<Read> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return { text: await io.readFile(source), origin: source };
    case 'file':
      return { text: await io.readFile(fromFileUrl(source)), origin: source };
    case 's3': {
      const object = objectOf(source);
      if (object === undefined) throw usage('template.address', `${source} is not an S3 address; it looks like s3://BUCKET/KEY.`);
      return { text: await fromS3(object, source, io), origin: source, s3: templateUrl(object) };
    }
    case 'https': {
      const object = objectOf(source);
      // A query carries a version or a signature: such an address is read as it stands.
      const asIs = object === undefined || source.includes('?');
      // A signature is a secret for as long as it holds.
      const origin = source.replace(/\?.*$/s, '');
      const text = asIs ? await io.fetchText(source) : await fromS3(object, source, io);
      return { text, origin, ...(object !== undefined && { s3: source }) };
    }
    default:
      throw usage('template.address', `--template takes a file, https:// or s3:// address, not ${scheme}://.`);
  }
}

function fromFileUrl(source: string): string {
  try {
    return decodeURIComponent(new URL(source).pathname);
  } catch {
    throw usage('template.address', `${source} is not an address of a file.`);
  }
}

async function fromS3(object: S3Object, source: string, io: TemplateIo): Promise<string> {
  try {
    return await io.readObject(object.bucket, object.key);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (error.kind === 'missing') throw usage('template.missing', `There is no object ${source} (${error.code}).`);
    if (error.kind === 'denied') throw usage('template.denied', `No permission to read ${source} (s3:GetObject): ${error.message}`);
    throw error;
  }
}
