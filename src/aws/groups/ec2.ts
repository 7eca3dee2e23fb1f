import type { Instance, LaunchTemplate } from '@aws-sdk/client-ec2';
import type { Instant } from '../../clock.js';
import { AwsFault } from '../../errors.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';
import { chunks } from '../../text/chunks.js';

/** Most values of one EC2 filter. */
const VALUES_PER_FILTER = 200;

/**
 * EC2 launch times by instance id, found by the tag that Auto Scaling puts on every instance of a group.
 * Terminated ones too: a group keeps listing an instance that died while replacing it is suspended.
 */
export async function launchTimes(clients: Clients, groups: readonly string[]): Promise<Record<string, Instant>> {
  const instances = await instancesOf(clients, groups);
  return Object.fromEntries(
    instances.flatMap(({ InstanceId: id, LaunchTime: at }) =>
      id === undefined || at === undefined ? [] : [[id, at.getTime()]],
    ),
  );
}

/** Images by instance id, of all instances of these groups. */
export async function instanceImages(clients: Clients, groups: readonly string[]): Promise<Record<string, string>> {
  const instances = await instancesOf(clients, groups);
  return Object.fromEntries(
    instances.flatMap(({ InstanceId: id, ImageId: image }) =>
      id === undefined || image === undefined ? [] : [[id, image]],
    ),
  );
}

/** Addresses by instance id. One that is terminated has none any more. */
export async function addresses(
  clients: Clients,
  groups: readonly string[],
): Promise<Record<string, { privateIp: string; publicIp: string }>> {
  const instances = await instancesOf(clients, groups);
  return Object.fromEntries(
    instances.map((instance) => [
      instance.InstanceId ?? '',
      { privateIp: instance.PrivateIpAddress ?? '', publicIp: instance.PublicIpAddress ?? '' },
    ]),
  );
}

async function instancesOf(clients: Clients, groups: readonly string[]): Promise<Instance[]> {
  const client = await clients.ec2();
  const found: Instance[] = [];
  // Names with a colon are balancers: their instances come with their launch times.
  for (const part of chunks(
    groups.filter((name) => !name.includes(':')),
    VALUES_PER_FILTER,
  )) {
    const pages = await allPages('ec2:DescribeInstances', async (token) => {
      const page = await client.describeInstances({
        Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: part }],
        MaxResults: 1000,
        ...(token && { NextToken: token }),
      });
      return { page, next: page.NextToken };
    });
    found.push(
      ...pages.flatMap((page) => page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []),
    );
  }
  return found;
}

/**
 * The newest and the default version of launch templates, by the id or the name that was asked for.
 * Templates that do not exist are left out.
 */
export async function templateVersions(
  clients: Clients,
  ids: readonly string[],
): Promise<Record<string, { latest: string; default: string }>> {
  const versions: Record<string, { latest: string; default: string }> = {};
  const asked = [...new Set(ids)];
  const found = [
    ...(await templates(
      clients,
      'LaunchTemplateIds',
      asked.filter((id) => id.startsWith('lt-')),
    )),
    ...(await templates(
      clients,
      'LaunchTemplateNames',
      asked.filter((id) => !id.startsWith('lt-')),
    )),
  ];
  for (const template of found) {
    const row = {
      latest: String(template.LatestVersionNumber ?? ''),
      default: String(template.DefaultVersionNumber ?? ''),
    };
    for (const id of [template.LaunchTemplateId, template.LaunchTemplateName])
      if (id !== undefined && asked.includes(id)) versions[id] = row;
  }
  return versions;
}

/**
 * Images and types of launch template versions (`lt/ID:7`) as they are written there: `resolve:ssm:NAME` is left as it
 * is, so that whoever reads a version needs no permission on the parameter. Versions that do not exist are left out.
 */
export async function templateLaunches(
  clients: Clients,
  versions: readonly string[],
): Promise<Record<string, { image?: string; type?: string }>> {
  const client = await clients.ec2();
  const asked = versions.flatMap((text) => {
    const [, id, number] = /^lt\/(.+):(\d+)$/.exec(text) ?? [];
    return id === undefined || number === undefined ? [] : [{ text, id, number }];
  });
  const launches: Record<string, { image?: string; type?: string }> = {};
  for (const id of new Set(asked.map((one) => one.id)))
    for (const part of chunks(
      asked.filter((one) => one.id === id),
      VALUES_PER_FILTER,
    )) {
      const pages = await allPages('ec2:DescribeLaunchTemplateVersions', async (token) => {
        const page = await client.describeLaunchTemplateVersions({
          ...(id.startsWith('lt-') ? { LaunchTemplateId: id } : { LaunchTemplateName: id }),
          Versions: part.map(({ number }) => number),
          ...(token && { NextToken: token }),
        });
        return { page, next: page.NextToken };
      });
      for (const version of pages.flatMap((page) => page.LaunchTemplateVersions ?? [])) {
        const text = part.find(({ number }) => number === String(version.VersionNumber))?.text;
        const { ImageId: image, InstanceType: type } = version.LaunchTemplateData ?? {};
        if (text !== undefined)
          launches[text] = { ...(image !== undefined && { image }), ...(type !== undefined && { type }) };
      }
    }
  return launches;
}

async function templates(
  clients: Clients,
  by: 'LaunchTemplateIds' | 'LaunchTemplateNames',
  ids: readonly string[],
): Promise<LaunchTemplate[]> {
  const client = await clients.ec2();
  const found: LaunchTemplate[] = [];
  for (const part of chunks(ids, VALUES_PER_FILTER)) {
    try {
      const pages = await allPages('ec2:DescribeLaunchTemplates', async (token) => {
        const page = await client.describeLaunchTemplates({ [by]: part, ...(token && { NextToken: token }) });
        return { page, next: page.NextToken };
      });
      found.push(...pages.flatMap((page) => page.LaunchTemplates ?? []));
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
      // One that is missing fails the call for all.
      if (part.length > 1) for (const id of part) found.push(...(await templates(clients, by, [id])));
    }
  }
  return found;
}

/** What the instance has printed on its console; EC2 keeps it for about an hour after the instance is gone. */
export async function consoleOutput(clients: Clients, instance: string): Promise<string> {
  const { Output: output } = await (await clients.ec2()).getConsoleOutput({ InstanceId: instance });
  return Buffer.from(output ?? '', 'base64').toString('utf8');
}
