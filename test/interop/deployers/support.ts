import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { serveSandbox, type LiveSandbox } from '../../../src/sandbox/live.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { call } from '../../support/sandbox.js';
import { run, until, type Answer, type Finished } from '../tools.js';

/** The repository, seen from `dist/test/interop/deployers`. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** This folder in the sources, where templates and playbooks lie. */
export const HERE = join(ROOT, 'test', 'interop', 'deployers');

/** Simulated seconds per second: these clients sleep for whole seconds between two looks. */
const SPEED = 60;

/** A sandbox that is served, and what to do there. */
export class Site {
  /** An empty folder: where the client runs, and its home, with what it keeps there. */
  readonly folder = mkdtempSync(join(tmpdir(), 'ha-updater-deployers-'));
  readonly #sandbox: Sandbox = createSandbox(DEFAULT_SCENARIO);
  #live: LiveSandbox | undefined;

  /** Serves the sandbox on a free port. */
  async open(): Promise<void> {
    this.#live = await serveSandbox(this.#sandbox, { port: 0, speed: SPEED });
  }

  async close(): Promise<void> {
    await this.#live?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a client; that it fails fails the test, with all that it said. */
  async does(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const place = { cwd: this.folder, env: { HOME: this.folder, CI: 'true', NO_COLOR: '1', ...env } };
    const ended = await run(this.#live?.url ?? '', program, args, place);
    expect(ended.code, `${program} ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).to.equal(0);
    return ended;
  }

  /** Replaces the instances of the stack's groups by our own command. */
  async swaps(stack: string): Promise<void> {
    await this.does(process.execPath, [join(ROOT, 'bin', 'run.js'), 'update-asgs', stack], {
      HA_UPDATER_SPEED: String(SPEED),
    });
  }

  /** Calls the world itself. */
  asks(service: Parameters<typeof call>[1], operation: string, input: object = {}): Answer {
    return call(this.#sandbox.world, service, operation, input);
  }

  /** The status of a stack by its name; undefined when there is none, or none any more. */
  statusOf(stack: string): string | undefined {
    const { StackSummaries } = this.asks('cloudformation', 'ListStacks');
    return StackSummaries.find(({ StackName }: Answer) => StackName === stack)?.StackStatus;
  }

  /** Ids and images of the instances that serve in the only group that there is, once they are as many as it asks for. */
  async serving(): Promise<{ readonly ids: string[]; readonly images: string[] }> {
    const group = (): Answer => this.asks('autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups[0];
    const { TargetGroupARNs, DesiredCapacity } = group();
    await until(
      'healthy targets',
      () => Promise.resolve(this.asks('elbv2', 'DescribeTargetHealth', { TargetGroupArn: TargetGroupARNs[0] })),
      ({ TargetHealthDescriptions: all }) =>
        all.length === DesiredCapacity && all.every((each: Answer) => each.TargetHealth.State === 'healthy'),
    );
    const ids = group().Instances.map(({ InstanceId }: Answer) => InstanceId);
    const { Reservations } = this.asks('ec2', 'DescribeInstances', { InstanceIds: ids });
    const images = Reservations.flatMap((each: Answer) => each.Instances.map(({ ImageId }: Answer) => ImageId));
    return { ids, images };
  }

  /** Text of the objects in buckets whose names begin so. */
  objects(bucket: string): string[] {
    const buckets: string[] = this.asks('s3', 'ListBuckets')
      .Buckets.map(({ Name }: Answer) => Name)
      .filter((name: string) => name.startsWith(bucket));
    return buckets.flatMap((Bucket) =>
      (this.asks('s3', 'ListObjectsV2', { Bucket }).Contents ?? []).map(({ Key }: Answer) =>
        Buffer.from(this.asks('s3', 'GetObject', { Bucket, Key }).Body).toString('utf8'),
      ),
    );
  }
}
