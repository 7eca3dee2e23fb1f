import { readFileSync } from 'node:fs';
import { createClients } from '../../src/aws/session/clients.js';
import { around, type Around, type Aws } from '../../src/conformance/aws.js';
import { play, type Played } from '../../src/conformance/play.js';
import { STORIES } from '../../src/conformance/stories/index.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';

/** The stories on a simulated AWS, in its time; `falsify` stands between them and it. */
export async function playOnSandbox(
  names: readonly string[] = STORIES.map(({ name }) => name),
  falsify?: Around,
): Promise<Played & { readonly sandbox: Sandbox }> {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  const aws = await clientsOf(sandbox);
  const played = await play(falsify === undefined ? aws : around(aws, falsify), sandbox.clock, {
    run: 'test',
    until: sandbox.clock.now() + 10 * 3_600_000,
    template: readFileSync('templates/conformance.yaml', 'utf8'),
    subnets: [],
    instanceType: 't4g.nano',
    image: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    stories: STORIES.filter(({ name }) => names.includes(name)),
    ends: () => undefined,
    wake: new AbortController().signal,
    say: () => undefined,
    told: () => undefined,
  });
  return { ...played, sandbox };
}

/** AWS in its own words, of a sandbox. */
async function clientsOf({ clientConfig }: Sandbox): Promise<Aws> {
  const { region, credentials, requestHandler } = clientConfig();
  const clients = createClients({ region, credentials: () => Promise.resolve(credentials), requestHandler });
  return {
    autoScaling: await clients.autoScaling(),
    cloudFormation: await clients.cloudFormation(),
    ec2: await clients.ec2(),
    elb: await clients.elb(),
    elbV2: await clients.elbV2(),
  };
}
