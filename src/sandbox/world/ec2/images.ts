import type { DescribeImagesRequest } from '@aws-sdk/client-ec2';
import type { ImageBehaviour } from '../../scenario.js';
import { ServiceFault } from '../fault.js';
import { ssmValue } from '../ssm/ssm-state.js';
import { page } from '../page.js';
import type { World } from '../world.js';
import { selects } from './filters.js';

/** The image id itself, or what the SSM parameter of a `resolve:ssm:` reference holds now. */
export function resolveImage(world: World, image: string): string {
  if (!image.startsWith('resolve:ssm:')) return image;
  const name = image.slice('resolve:ssm:'.length);
  const value = ssmValue(world, name);
  if (value === undefined)
    throw new ServiceFault('InvalidParameterValue', `Unable to resolve the SSM parameter '${name}'.`);
  return value;
}

/** How instances of this image behave; images that the scenario does not name are healthy. */
export function behaviourOf(world: World, image: string): ImageBehaviour {
  return world.scenario.images[image] ?? { behaviour: 'healthy' };
}

/** Refuses an image that cannot be launched, in EC2's words. */
export function requireImage(world: World, image: string): void {
  if (!image.startsWith('ami-'))
    throw new ServiceFault('InvalidAMIID.Malformed', `Invalid id: "${image}" (expecting "ami-...")`);
  if (behaviourOf(world, image).behaviour === 'missing') {
    throw new ServiceFault('InvalidAMIID.NotFound', `The image id '[${image}]' does not exist`);
  }
}

/** All images that the scenario names, and any other one that is asked for by id. */
export function describeImages(world: World, input: DescribeImagesRequest): object {
  const ids =
    input.ImageIds ?? Object.keys(world.scenario.images).filter((id) => behaviourOf(world, id).behaviour !== 'missing');
  for (const id of ids) requireImage(world, id);
  const { items, next } = page(ids, input.MaxResults ?? 1000, input.NextToken);
  return {
    NextToken: next,
    Images: items
      .map((id) => ({
        ImageId: id,
        Name: id,
        Description: `An image whose instances are ${behaviourOf(world, id).behaviour}`,
        State: behaviourOf(world, id).state ?? ('available' as const),
        Architecture: behaviourOf(world, id).architecture ?? ('x86_64' as const),
        ImageType: 'machine' as const,
        RootDeviceType: 'ebs' as const,
        RootDeviceName: '/dev/xvda',
        VirtualizationType: 'hvm' as const,
        OwnerId: world.account,
        Public: false,
        CreationDate: new Date(world.startedAt).toISOString(),
      }))
      .filter((image) =>
        selects(input.Filters, {
          'image-id': image.ImageId,
          name: image.Name,
          state: image.State,
          architecture: image.Architecture,
          'owner-id': world.account,
        }),
      ),
  };
}
