import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateVersionRequest,
  DeleteLaunchTemplateRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
  ModifyLaunchTemplateRequest,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { next } from '../random-delay.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { World } from '../world.js';
import { selects } from './filters.js';
import { ec2State, type LaunchTemplateState } from './state.js';
import { tagList, tagsFor } from './tags.js';

interface TemplateRef {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** The template that a request names by id or by name. */
export function templateOf(world: World, ref: TemplateRef): LaunchTemplateState {
  const { templates } = ec2State(world);
  if (ref.LaunchTemplateId !== undefined) {
    const found = templates.get(ref.LaunchTemplateId);
    if (found === undefined) {
      throw new ServiceFault(
        'InvalidLaunchTemplateId.NotFound',
        `The specified launch template, with template ID ${ref.LaunchTemplateId}, does not exist.`,
      );
    }
    return found;
  }
  if (ref.LaunchTemplateName === undefined)
    throw new ServiceFault(
      'MissingParameter',
      'Either the launch template ID or the launch template name must be specified.',
    );
  for (const template of templates.values()) if (template.name === ref.LaunchTemplateName) return template;
  throw new ServiceFault(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${ref.LaunchTemplateName}, does not exist.`,
  );
}

/** Refuses user data that is not in base64, which EC2 decodes. */
export function requireUserData(data: string | undefined): void {
  if (data !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data))
    throw new ServiceFault('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
}

/** The version that `$Latest`, `$Default` or a number means right now. Absent means `$Default`. */
export function versionOf(
  template: LaunchTemplateState,
  version: string | undefined,
): LaunchTemplateState['versions'][number] {
  const number =
    version === '$Latest'
      ? latest(template)
      : version === undefined || version === '$Default'
        ? template.defaultVersion
        : Number(version);
  const found = template.versions.find((one) => one.number === number);
  if (found === undefined) {
    throw new ServiceFault(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    );
  }
  return found;
}

function latest(template: LaunchTemplateState): number {
  return template.versions.at(-1)?.number ?? 0;
}

export function createLaunchTemplate(world: World, input: CreateLaunchTemplateRequest): object {
  const state = ec2State(world);
  requireUserData(input.LaunchTemplateData?.UserData);
  for (const template of state.templates.values()) {
    if (template.name === input.LaunchTemplateName) {
      // The same call again, as its token says.
      if (input.ClientToken !== undefined && template.versions[0]?.token === input.ClientToken)
        return { LaunchTemplate: templateView(world, template) };
      throw new ServiceFault(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use.',
      );
    }
  }
  const id = `lt-0${world.random.fork(`ec2/template/${next(state)}`).hex(16)}`;
  const template: LaunchTemplateState = {
    id,
    name: input.LaunchTemplateName ?? '',
    createdAt: world.clock.now(),
    defaultVersion: 1,
    versions: [
      {
        number: 1,
        createdAt: world.clock.now(),
        description: input.VersionDescription,
        data: input.LaunchTemplateData ?? {},
        token: input.ClientToken,
      },
    ],
    tags: tagsFor('launch-template', input.TagSpecifications),
  };
  state.templates.set(id, template);
  return { LaunchTemplate: templateView(world, template) };
}

export function createLaunchTemplateVersion(world: World, input: CreateLaunchTemplateVersionRequest): object {
  const template = templateOf(world, input);
  const earlier = template.versions.find(({ token }) => token !== undefined && token === input.ClientToken);
  if (earlier !== undefined) return { LaunchTemplateVersion: versionView(world, template, earlier) };
  requireUserData(input.LaunchTemplateData?.UserData);
  const base: RequestLaunchTemplateData =
    input.SourceVersion === undefined ? {} : versionOf(template, input.SourceVersion).data;
  const version = {
    number: latest(template) + 1,
    createdAt: world.clock.now(),
    description: input.VersionDescription,
    data: { ...base, ...input.LaunchTemplateData },
    token: input.ClientToken,
  };
  template.versions.push(version);
  return { LaunchTemplateVersion: versionView(world, template, version) };
}

export function modifyLaunchTemplate(world: World, input: ModifyLaunchTemplateRequest): object {
  const template = templateOf(world, input);
  if (input.DefaultVersion !== undefined) template.defaultVersion = versionOf(template, input.DefaultVersion).number;
  return { LaunchTemplate: templateView(world, template) };
}

export function deleteLaunchTemplate(world: World, input: DeleteLaunchTemplateRequest): object {
  const template = templateOf(world, input);
  ec2State(world).templates.delete(template.id);
  return { LaunchTemplate: templateView(world, template) };
}

export function deleteLaunchTemplateVersions(
  world: World,
  input: TemplateRef & { readonly Versions?: readonly string[] },
): object {
  const template = templateOf(world, input);
  const deleted = [];
  const failed = [];
  for (const wanted of input.Versions ?? []) {
    const index = template.versions.findIndex((one) => String(one.number) === wanted);
    const row = { LaunchTemplateId: template.id, LaunchTemplateName: template.name, VersionNumber: Number(wanted) };
    if (index >= 0 && template.defaultVersion !== Number(wanted)) {
      template.versions.splice(index, 1);
      deleted.push(row);
    } else {
      failed.push({
        ...row,
        ResponseError: {
          Code: index < 0 ? 'launchTemplateVersionDoesNotExist' : 'unexpectedError',
          Message: `Could not delete version ${wanted}.`,
        },
      });
    }
  }
  return { SuccessfullyDeletedLaunchTemplateVersions: deleted, UnsuccessfullyDeletedLaunchTemplateVersions: failed };
}

export function describeLaunchTemplates(world: World, input: DescribeLaunchTemplatesRequest): object {
  const named = input.LaunchTemplateIds !== undefined || input.LaunchTemplateNames !== undefined;
  const chosen = named
    ? [
        ...(input.LaunchTemplateIds ?? []).map((LaunchTemplateId) => templateOf(world, { LaunchTemplateId })),
        ...(input.LaunchTemplateNames ?? []).map((LaunchTemplateName) => templateOf(world, { LaunchTemplateName })),
      ]
    : [...ec2State(world).templates.values()];
  const found = chosen.filter((one) =>
    selects(
      input.Filters,
      { 'launch-template-name': one.name, 'create-time': new Date(one.createdAt).toISOString() },
      one.tags,
    ),
  );
  const { items, next: token } = page(found, input.MaxResults ?? 200, input.NextToken);
  return { LaunchTemplates: items.map((template) => templateView(world, template)), NextToken: token };
}

export function describeLaunchTemplateVersions(world: World, input: DescribeLaunchTemplateVersionsRequest): object {
  const versions = input.Versions ?? [];
  const templates =
    input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined
      ? [...ec2State(world).templates.values()]
      : [templateOf(world, input)];
  const rows = templates.flatMap((template) => {
    const chosen =
      versions.length === 0
        ? [...template.versions].reverse()
        : [...new Set(versions.map((version) => versionOf(template, version)))];
    return chosen
      .filter(
        (one) => one.number >= Number(input.MinVersion ?? 0) && one.number <= Number(input.MaxVersion ?? Infinity),
      )
      .map((one) => versionView(world, template, one));
  });
  const { items, next: token } = page(rows, input.MaxResults ?? 200, input.NextToken);
  return { LaunchTemplateVersions: items, NextToken: token };
}

function templateView(world: World, template: LaunchTemplateState): object {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: `arn:aws:iam::${world.account}:root`,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latest(template),
    Tags: tagList(template.tags),
  };
}

function versionView(
  world: World,
  template: LaunchTemplateState,
  version: LaunchTemplateState['versions'][number],
): object {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: `arn:aws:iam::${world.account}:root`,
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: version.data,
  };
}
