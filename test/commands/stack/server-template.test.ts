import { expect } from 'chai';
import { join } from 'node:path';
import { ROOT } from '../../support/root.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const TEMPLATE = join(ROOT, 'templates/server.yaml');
const CREATE = ['update-stack', 'rollouts', '--template', TEMPLATE, '--capabilities', 'CAPABILITY_IAM'];
const REQUIRED = ['CodeBucket=mine', 'CodeKey=ha-updater/function.zip', 'Stacks=web'];

describe('the template of the durable function', function () {
  this.timeout(30_000);
  let world: SimulatedWorld;
  before(async () => {
    world = await simulatedWorld('objects: {"mine/ha-updater/function.zip": ""}\n');
  });
  after(() => world.stop());

  it('passes validate', async () => {
    const { code, stdout } = await world.run(['validate', TEMPLATE, '--offline', '--strict', '--lint', 'off']);
    expect(code, stdout).to.equal(0);
  });

  it('makes a stack, and changes it into one with a key and an event bus', async () => {
    const { code, document } = await world.json([...CREATE, ...REQUIRED]);
    expect(code, JSON.stringify(document.failure)).to.equal(0);
    const more = await world.json([
      ...CREATE,
      ...REQUIRED,
      'KmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/0f0e',
      'EventBusArn=arn:aws:events:eu-west-1:123456789012:event-bus/rollouts',
      'Images=images/',
      'Calendars=releases',
    ]);
    expect(more.code, JSON.stringify(more.document.failure)).to.equal(0);
  });

  it('refuses a name of stacks that is not the beginning of one', async () => {
    const { code, document } = await world.json([...CREATE, ...REQUIRED.slice(0, 2), 'Stacks=*']);
    expect(code).to.equal(2);
    expect(document.failure?.code).to.equal('parameters.limit');
  });
});
