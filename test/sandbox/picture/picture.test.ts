import { expect } from 'chai';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { serveSandbox, type LiveSandbox } from '../../../src/sandbox/live.js';
import { disturb, NO_CAPACITY_FOR, readWish, THROTTLED_FOR } from '../../../src/sandbox/picture/disturb.js';
import { pictureMarkup } from '../../../src/sandbox/picture/picture-page.js';
import { worldPicture, type GroupPicture } from '../../../src/sandbox/picture/world-picture.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';

const GROUP = 'g<i>';

/** A group of two, which serve after two minutes. */
function sandboxWithGroup(): Sandbox {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  sandbox.invoke('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 't',
    LaunchTemplateData: { ImageId: 'ami-11111111', InstanceType: 't3.micro' },
  });
  sandbox.invoke('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: GROUP,
    MinSize: 1,
    MaxSize: 3,
    DesiredCapacity: 2,
    AvailabilityZones: ['eu-west-1a'],
    LaunchTemplate: { LaunchTemplateName: 't', Version: '1' },
  });
  return sandbox;
}

function groupOf(sandbox: Sandbox): GroupPicture {
  const [group] = worldPicture(sandbox).groups;
  if (group === undefined) throw new Error('no group');
  return group;
}

describe('the picture of the simulated AWS', () => {
  it('shows each instance by what it does: it boots, serves, leaves', () => {
    const sandbox = sandboxWithGroup();
    sandbox.clock.advance(15_000);
    expect(groupOf(sandbox).instances.map(({ does }) => does)).to.deep.equal(['boots', 'boots']);
    sandbox.clock.advance(120_000);
    const served = groupOf(sandbox);
    expect(served).to.include({ name: GROUP, min: 1, desired: 2, max: 3, inService: 2 });
    expect(served.instances.map(({ does, old, image, zone }) => [does, old, image, zone])).to.deep.equal([
      ['serves', false, 'ami-11111111', 'eu-west-1a'],
      ['serves', false, 'ami-11111111', 'eu-west-1a'],
    ]);
    expect(served.curve.at(-1)).to.include({ desired: 2, inService: 2 });
    disturb(sandbox.world, { does: 'kill', instance: served.instances[0]?.id ?? '' });
    expect(groupOf(sandbox)).to.include({ inService: 1 });
    expect(groupOf(sandbox).instances[0]).to.include({ does: 'leaves' });
  });

  it('says what is old once the group launches something else', () => {
    const sandbox = sandboxWithGroup();
    sandbox.clock.advance(120_000);
    sandbox.invoke('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName: 't',
      LaunchTemplateData: { ImageId: 'ami-22222222', InstanceType: 't3.micro' },
    });
    sandbox.invoke('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: GROUP,
      LaunchTemplate: { LaunchTemplateName: 't', Version: '2' },
    });
    expect(groupOf(sandbox).instances.map(({ old }) => old)).to.deep.equal([true, true]);
  });

  it('writes names of other people as text', () => {
    const page = pictureMarkup(worldPicture(sandboxWithGroup()));
    expect(page).to.include('g&#60;i&#62;').and.not.include('<i>');
  });

  it('changes nothing by looking', () => {
    const plain = sandboxWithGroup();
    const looked = sandboxWithGroup();
    for (const sandbox of [plain, looked])
      for (let step = 0; step < 30; step++) {
        if (sandbox === looked) worldPicture(sandbox);
        sandbox.clock.advance(5000);
      }
    expect(worldPicture(looked)).to.deep.equal(worldPicture(plain));
  });

  it('resizes within the bounds, for somebody else', () => {
    const sandbox = sandboxWithGroup();
    for (const expected of [3, 3]) {
      disturb(sandbox.world, { does: 'resize', group: GROUP, by: 1 });
      expect(groupOf(sandbox).desired).to.equal(expected);
    }
    for (const expected of [2, 1, 1]) {
      disturb(sandbox.world, { does: 'resize', group: GROUP, by: -1 });
      expect(groupOf(sandbox).desired).to.equal(expected);
    }
  });

  it('takes the capacity of a zone for a while, and says so', () => {
    const sandbox = sandboxWithGroup();
    sandbox.clock.advance(120_000);
    expect(disturb(sandbox.world, { does: 'takeCapacity', zone: 'eu-west-1a' })).to.include('no capacity');
    expect(worldPicture(sandbox).disturbances).to.deep.equal([
      `EC2 has no capacity in eu-west-1a for ${NO_CAPACITY_FOR} more seconds.`,
    ]);
    disturb(sandbox.world, { does: 'resize', group: GROUP, by: 1 });
    sandbox.clock.advance(120_000);
    expect(groupOf(sandbox).instances).to.have.lengthOf(2);
    sandbox.clock.advance(NO_CAPACITY_FOR * 1000 + 120_000);
    expect(worldPicture(sandbox).disturbances).to.deep.equal([]);
    expect(groupOf(sandbox).instances).to.have.lengthOf(3);
  });

  it('refuses what it cannot do with a sentence', () => {
    const { world } = sandboxWithGroup();
    expect(() => readWish('{')).to.throw('no JSON');
    expect(() => readWish('{"does":"resize","group":"g","by":2}')).to.throw('by 1 or -1');
    expect(() => readWish('null')).to.throw('There are kill');
    expect(() => disturb(world, { does: 'kill', instance: 'i-0' })).to.throw('No group has an instance i-0.');
    expect(() => disturb(world, { does: 'resize', group: 'x', by: 1 })).to.throw('There is no group x.');
    expect(() => disturb(world, { does: 'takeCapacity', zone: 'z' })).to.throw('There is no zone z.');
  });

  describe('over HTTP', () => {
    let live: LiveSandbox | undefined;
    afterEach(() => live?.close());
    const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${live?.url}${path}`, init);
    const press = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      get('/_sandbox/disturb', { method: 'POST', headers, body });

    it('gives a browser the page, and a client of S3 what S3 answers', async () => {
      live = await serveSandbox(sandboxWithGroup(), { port: 0, speed: 1 });
      const page = await get('/', { headers: { accept: 'text/html,*/*' } });
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(await page.text())
        .to.include('A simulated AWS')
        .and.include('g&#60;i&#62;');
      expect((await get('/', { headers: { accept: '*/*' } })).status).to.equal(403);
      expect((await get('/_sandbox/page.js')).headers.get('content-type')).to.include('javascript');
      expect((await get('/_sandbox/page.css')).headers.get('content-type')).to.include('css');
    });

    it('throttles half of the calls when somebody presses the button', async () => {
      const sandbox = sandboxWithGroup();
      live = await serveSandbox(sandbox, { port: 0, speed: 1 });
      const calls = async (): Promise<number> => {
        let throttled = 0;
        for (let call = 0; call < 40; call++) {
          const answer = await get('/', {
            method: 'POST',
            headers: {
              'content-type': 'application/x-www-form-urlencoded',
              authorization: 'AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1/autoscaling/aws4_request, Signature=0',
            },
            body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01',
          });
          if ((await answer.text()).includes('Throttling')) throttled++;
        }
        return throttled;
      };
      expect(await calls()).to.equal(0);
      expect(await (await press('{"does":"throttle"}')).text()).to.include('throttled');
      expect(await calls()).to.be.within(8, 32);
      sandbox.clock.advance(THROTTLED_FOR * 1000);
      expect(await calls()).to.equal(0);
    });

    it('takes nothing from a form of another page, and says what is wrong with a wish', async () => {
      const sandbox = sandboxWithGroup();
      live = await serveSandbox(sandbox, { port: 0, speed: 1 });
      expect((await press('{"does":"throttle"}', { 'content-type': 'text/plain' })).status).to.equal(405);
      expect((await get('/_sandbox/disturb')).status).to.equal(405);
      expect(sandbox.world.scenario.faults).to.deep.equal([]);
      const wrong = await press('{"does":"explode"}');
      expect([wrong.status, await wrong.text()]).to.deep.equal([
        400,
        'There are kill (instance), resize (group, by 1 or -1), throttle and takeCapacity (zone).\n',
      ]);
    });
  });
});
