import { there } from '../../../there.js';
import type { World } from '../../world.js';
import { s3Text } from '../../s3/s3.js';
import { expandLoops, type LoopValues } from './loops.js';
import { checkQuotas } from './template-quotas.js';
import { checkReferences } from './references.js';
import { invalid, parseTemplate, type Template } from './template.js';

const MAX_BODY_BYTES = 51_200;
const MAX_URL_BYTES = 1_048_576;

export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

export interface LoadedTemplate {
  readonly body: string;
  readonly template: Template;
}

/**
 * The template that a request names: its body, an S3 URL or the stack's previous one, parsed and
 * checked. Throws ValidationError for none, too many, too large or malformed ones.
 */
export function loadTemplate(
  world: World,
  source: TemplateSource,
  previousBody?: string,
  given: LoopValues = new Map(),
): LoadedTemplate {
  const body = templateText(world, source, previousBody);
  const template = parseTemplate(body, (document) => expandLoops(document, given));
  checkQuotas(template);
  checkReferences(template);
  return { body, template };
}

function templateText(world: World, source: TemplateSource, previousBody: string | undefined): string {
  const { TemplateBody: body, TemplateURL: url, UsePreviousTemplate: previous } = source;
  const named = [body !== undefined, url !== undefined, previous === true].filter(Boolean).length;
  if (named === 0) throw invalid('Either Template URL or Template Body must be specified.');
  if (named > 1) throw invalid('You must specify exactly one of Template URL, Template Body or Use Previous Template.');
  if (previous === true) {
    if (previousBody === undefined) throw invalid('Cannot use the previous template: the stack has none.');
    return previousBody;
  }
  if (body !== undefined) {
    if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
      throw invalid(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member ` +
          `must have length less than or equal to ${MAX_BODY_BYTES}`,
      );
    }
    return body;
  }
  return readUrl(world, there(url));
}

function readUrl(world: World, url: string): string {
  const place = s3Place(url);
  if (place === undefined) throw invalid('TemplateURL must be a supported URL.');
  const text = s3Text(world, place.bucket, place.key);
  if (text === undefined)
    throw invalid(
      'S3 error: The specified key does not exist.\nFor more information check ' +
        'http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    );
  if (Buffer.byteLength(text) > MAX_URL_BYTES) throw invalid(`Template may not exceed ${MAX_URL_BYTES} bytes in size.`);
  return text;
}

/** Virtual-hosted, path-style and local addresses of S3 objects, and s3://. */
function s3Place(url: string): { bucket: string; key: string } | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  const path = decodeURIComponent(parsed.pathname.slice(1));
  const slash = path.indexOf('/');
  const pathStyle = slash < 0 ? undefined : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  if (['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname)) return pathStyle;
  if (parsed.protocol !== 'https:') return undefined;
  if (/^s3[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?$/.test(parsed.hostname)) return pathStyle;
  const bucket = /^(.+)\.s3[.-](?:dualstack\.)?(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/.exec(parsed.hostname)?.[1];
  return bucket === undefined ? undefined : { bucket, key: path };
}
