/** An object in S3. */
export interface S3Object {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The object that an address names: `s3://bucket/key`, or https in either of S3's styles (bucket in
 * the host, or first in the path), with or without region, dual-stack, China. undefined otherwise.
 */
export function objectOf(address: string): S3Object | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const path = decode(url.pathname.slice(1));
  if (path === undefined) return undefined;
  if (url.protocol === 's3:') return named(url.hostname, path);
  if (url.protocol !== 'https:') return undefined;
  const host = /^(?:(?<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?(?!website)[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.exec(
    url.hostname,
  );
  if (host === null) return undefined;
  const bucket = host.groups?.['bucket'];
  if (bucket !== undefined) return named(bucket, path);
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : named(path.slice(0, slash), path.slice(slash + 1));
}

/**
 * The TemplateURL of an object, of its own region when that is known. A bucket with dots does not fit the
 * certificate of the host style.
 */
export function templateUrl({ bucket, key }: S3Object, region?: string): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const host =
    region === undefined ? 's3.amazonaws.com' : `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return bucket.includes('.') ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`;
}

function named(bucket: string, key: string): S3Object | undefined {
  return bucket === '' || key === '' ? undefined : { bucket, key };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
