import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';

export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** The tags that a request gives to resources of this type. */
export function tagsFor(type: string, specifications: readonly TagSpecification[] | undefined): Map<string, string> {
  const mine = (specifications ?? []).filter((one) => one.ResourceType === type);
  return tagMap(mine.flatMap((one) => one.Tags ?? []));
}

function tagMap(tags: readonly Tag[] | undefined): Map<string, string> {
  return new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}
