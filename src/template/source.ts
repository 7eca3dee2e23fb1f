import { AwsFault, problem, usage } from '../errors.js';
import { objectOf, templateUrl, type S3Object } from './s3-address.js';

/** How texts are read. All throw a Failure or an AwsFault. */
export interface SourceIo {
  readonly readFile: (path: string) => Promise<string>;
  readonly fetchText: (url: string) => Promise<string>;
  readonly readObject: (bucket: string, key: string) => Promise<string>;
}

/** A template's text and where it came from. */
export interface ReadTemplate {
  readonly text: string;
  readonly origin: string;
  /** Address for the service, when it is in S3. */
  readonly s3?: string;
}

/**
 * Reads a path, a `file://`, `https://` or `s3://` address.
 * @throws Failure (usage) that says what is wrong with it; AwsFault when S3 could not be asked
 */
export async function readSource(source: string, io: SourceIo): Promise<ReadTemplate> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return { text: await io.readFile(source), origin: source };
    case 'file':
      return { text: await io.readFile(fromFileUrl(source)), origin: source };
    case 's3': {
      const object = objectOf(source);
      if (object === undefined)
        throw usage('template.address', `${source} is not an S3 address; it looks like s3://BUCKET/KEY.`);
      return { text: await fromS3(object, source, io), origin: source, s3: templateUrl(object) };
    }
    case 'https': {
      if (/^[^/]*\/\/[^/?#]*@/.test(source))
        throw usage('template.address', `${shownSource(source)} is given with a password, which is not taken.`);
      const object = objectOf(source);
      // A query carries a version or a signature: such an address is read as it stands.
      const asIs = object === undefined || source.includes('?');
      const origin = shownSource(source);
      const text = asIs ? await io.fetchText(source) : await fromS3(object, source, io);
      return { text, origin, ...(object !== undefined && { s3: source }) };
    }
    default:
      throw usage(
        'template.address',
        problem(`--template takes a file, https:// or s3:// address, not ${scheme}://.`, 'template'),
      );
  }
}

/** The source as messages may call it: a signature is a secret for as long as it holds, and so is a password. */
export function shownSource(source: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source)
    ? source.replace(/[?#].*$/s, '').replace(/^([^/]*\/\/)[^/]*@/, '$1')
    : source;
}

function fromFileUrl(source: string): string {
  try {
    return decodeURIComponent(new URL(source).pathname);
  } catch {
    throw usage('template.address', `${source} is not an address of a file.`);
  }
}

async function fromS3(object: S3Object, source: string, io: SourceIo): Promise<string> {
  try {
    return await io.readObject(object.bucket, object.key);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (error.kind === 'missing') throw usage('template.missing', `There is no object ${source} (${error.code}).`);
    if (error.kind === 'denied')
      throw usage('template.denied', `No permission to read ${source} (s3:GetObject): ${error.message}`);
    throw error;
  }
}
