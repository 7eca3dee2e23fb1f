import { expect } from 'chai';
import { remedyText } from '../../src/text/commands/remedy.js';
import { decide } from '../../src/decide/decide.js';
import { guard } from '../../src/decide/guard/guard.js';
import { imageReasons, type LaunchingGroup } from '../../src/decide/rollout/image/image-reasons.js';
import type { Decision } from '../../src/model/rollout/decision.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { Group, Instance } from '../../src/model/rollout/group.js';
import type { RecordImage } from '../../src/model/rollout/record.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import {
  doubledGroup,
  fresh,
  group,
  instance,
  LEASE,
  observed,
  PLAN,
  PROCESSES,
  RECORD,
  sick,
  T0,
  verdict,
} from '../support/groups.js';
import { told } from '../support/told.js';

/** Every limit is over. */
const LATE = T0 + 10_000_000;
const OLD = { configuration: 'lt/lt-1:3' };
const NEW = { configuration: 'lt/lt-1:4' };
const IMAGE: RecordImage = { id: 'ami-2', template: 'lt-1', former: '$Default', source: '3' };
const MADE: RecordImage = { ...IMAGE, made: '4' };
const LATEST: RecordImage = { ...IMAGE, former: '$Latest' };

const notes = (image: RecordImage, judged?: 'promote' | 'rollBack'): Group['notes'] => ({
  record: { ...RECORD, image },
  lease: LEASE,
  ...(judged !== undefined && { verdict: verdict(judged) }),
});
/** Noted and suspended, nothing launched. */
const begun = (image: RecordImage, version: string, differs: Partial<Group> = {}): Group =>
  group({
    names: `lt/lt-1:${version}`,
    configurations: [`lt/lt-1:${version.startsWith('$') ? '3' : version}`],
    suspended: [...PROCESSES],
    instances: [instance('i-old1', OLD), instance('i-old2', OLD)],
    notes: notes(image),
    ...differs,
  });
const doubled = (version: string, differs: Partial<Group> = {}): Group =>
  doubledGroup({
    names: `lt/lt-1:${version}`,
    configurations: [`lt/lt-1:${version}`],
    instances: [instance('i-old1', OLD), instance('i-old2', OLD), fresh('i-new1', NEW), fresh('i-new2', NEW)],
    notes: notes(MADE),
    ...differs,
  });
const back = (differs: Partial<Group> = {}, image = MADE): Group =>
  doubled('4', { suspended: [...PROCESSES, 'Launch'], notes: notes(image, 'rollBack'), ...differs });

describe('a rollout that gives its group another image', () => {
  for (const [what, of, then] of [
    ['is noted', begun(IMAGE, '$Default', { suspended: [] }), `suspend ${PROCESSES.join(',')}`],
    ['is noted and suspended', begun(IMAGE, '$Default'), 'version ami-2'],
    ['follows $Latest, which the version will be', begun(LATEST, '$Latest'), 'point 3'],
    ['followed $Latest and names its number', begun(LATEST, '3'), 'version ami-2'],
    ['has its version', begun(MADE, '$Default'), 'point 4'],
    ['names its version', begun(MADE, '4'), 'shield i-old1,i-old2'],
    ['is judged bad and names it still', back({ suspended: [...PROCESSES] }), 'suspend Launch'],
    ['is judged bad and launches nothing any more', back(), 'point $Default'],
    ['is judged bad and followed $Latest', back({}, { ...MADE, former: '$Latest' }), 'point 3'],
    [
      'is judged bad and names what it named before',
      back({ names: 'lt/lt-1:$Default' }),
      'terminate new i-new1,i-new2',
    ],
    [
      'is judged bad, and somebody gave it a third version',
      back({ names: 'lt/lt-1:7' }),
      'terminate new i-new1,i-new2',
    ],
    [
      'is judged bad, and launches again what it launched before',
      begun(MADE, '$Default', { suspended: [], notes: notes(MADE, 'rollBack') }),
      'clear web',
    ],
    [
      'is judged bad before a version was made of $Latest',
      begun(LATEST, '$Latest', { suspended: [], notes: notes(LATEST, 'rollBack') }),
      'clear web',
    ],
  ] as const)
    it(`${then.split(' ').slice(0, 2).join(' ')} follows where it ${what}`, () => {
      expect(told(decide(observed([withShield(of, then)]), PLAN)).replace(/^renew web \+ /, '')).to.equal(then);
    });

  for (const [image, version, then] of [
    [IMAGE, '$Default', 'version ami-2'],
    [LATEST, '$Latest', 'point 3'],
    [MADE, '$Default', 'point 4'],
  ] as const)
    it(`shields the old ones before ${then}`, () => {
      const record = { ...RECORD, image, shield: true } as const;
      const noted = { notes: { record, lease: LEASE } };
      const shielded = begun(image, version, {
        ...noted,
        instances: ['i-old1', 'i-old2'].map((id) => instance(id, { ...OLD, protectedFromScaleIn: true })),
      });
      const next = (one: Group): string => told(decide(observed([one]), PLAN)).replace(/^renew web \+ /, '');
      expect(next(begun(image, version, noted))).to.equal('shield i-old1,i-old2');
      expect(next(shielded)).to.equal(then);
    });

  describe('rolled back, with an instance launched since the record that stays', () => {
    const stays = (differing: Partial<Instance>, differs: Partial<Group> = {}): Group =>
      back({
        names: 'lt/lt-1:$Default',
        configurations: ['lt/lt-1:3'],
        size: RECORD.size,
        instances: [instance('i-old1', OLD), fresh('i-new1', differing)],
        ...differs,
      });
    const clean = { clean: { web: { since: 0, looks: 2 } } };
    const next = (of: Group): string => told(decide(observed([of], { seen: clean }), PLAN));
    for (const [what, configuration] of [
      ['of the new image, in the place of an old one that is gone', NEW],
      ['of the former image, in the place of an old one that is gone', OLD],
    ] as const) {
      it(`resumes everything, and is over then: ${what}`, () => {
        expect(next(stays(configuration))).to.equal(`resume ${[...PROCESSES, 'Launch'].join(',')}`);
        expect(next(stays(configuration, { suspended: [] }))).to.match(/^clear/);
      });
    }

    it('is over, too, where an old one that Auto Scaling calls healthy did not come back within the time', () => {
      const beside = [instance('i-old1', OLD), instance('i-old2', { ...OLD, health: sick() }), fresh('i-new1', NEW)];
      const late = (suspended: readonly string[]): string =>
        told(
          decide(
            observed(
              [
                stays(NEW, {
                  suspended: [...suspended],
                  instances: beside,
                  size: { ...RECORD.size, desired: 3 },
                  notes: {
                    ...notes(MADE, 'rollBack'),
                    record: { ...RECORD, image: MADE, theirs: { desired: 3 } },
                    lease: { ...LEASE, at: LATE - 1_000 },
                  },
                }),
              ],
              { at: LATE, seen: clean },
            ),
            PLAN,
          ),
        );
      expect(late([...PROCESSES, 'Launch'])).to.equal(`resume ${[...PROCESSES, 'Launch'].join(',')}`);
      expect(late([])).to.match(/^clear/);
    });

    it('leaves one of the former image that somebody asked for beside the old ones', () => {
      const beside = [instance('i-old1', OLD), instance('i-old2', OLD), fresh('i-new1', OLD)];
      expect(next(stays(OLD, { suspended: [], instances: beside }))).to.match(/^clear/);
    });

    it('suspends again what somebody resumed while one of the new image has to leave', () => {
      const beside = [instance('i-old1', OLD), instance('i-old2', OLD), fresh('i-new1', NEW)];
      expect(next(stays(NEW, { suspended: [], instances: beside }))).to.equal(`suspend ${PROCESSES.join(',')}`);
    });
  });

  it('suspends again what somebody resumed while a half leaves, but not for ever', () => {
    const resumed = doubledGroup({
      suspended: ['Launch'],
      notes: { ...doubledGroup().notes, verdict: verdict('rollBack') },
    });
    const after = (times: number): Decision =>
      decide(observed([resumed], { seen: { suspensions: { web: times } } }), PLAN);
    expect(told(after(20))).to.equal(`suspend ${PROCESSES.join(',')}`);
    const tired = after(21);
    expect(told(tired)).to.equal('finish: web stuck');
    expect(tired.kind === 'finish' && tired.results[0]?.why).to.include('somebody else keeps resuming Alarm');
  });

  describe('rolled back, and a look that lags shows nothing suspended', () => {
    const lags = begun(MADE, '$Default', { suspended: [], notes: notes(MADE, 'rollBack') });
    const next = (confirmed: readonly ('suspended' | 'processes')[]): string =>
      told(decide(observed([lags], { seen: { confirmed: { web: confirmed } } }), PLAN));

    it('is not over before this process has resumed what it suspended', () => {
      expect(next(['suspended'])).to.match(/^suspend Launch/);
      expect(next(['suspended', 'processes'])).to.match(/^clear/);
    });

    it('is over for whoever takes it over and suspended nothing', () => expect(next([])).to.match(/^clear/));

    it('resumes all that it suspended once, and then what a look shows', () => {
      const some = begun(MADE, '$Default', { suspended: ['Launch'], notes: notes(MADE, 'rollBack') });
      const clean = { clean: { web: { since: 0, looks: 2 } } };
      const resumed = (confirmed: readonly ('suspended' | 'processes')[]): string =>
        told(decide(observed([some], { seen: { ...clean, confirmed: { web: confirmed } } }), PLAN));
      expect(resumed(['suspended']))
        .to.include(PROCESSES[0])
        .and.include('Launch');
      expect(resumed(['suspended', 'processes'])).to.equal('resume Launch');
    });
  });

  it('takes no new instance for proven that runs what was launched before', () => {
    const stray = doubled('4', {
      instances: [instance('i-old1', OLD), instance('i-old2', OLD), fresh('i-new1', NEW), fresh('i-new2', OLD)],
    });
    expect(told(decide(observed([stray]), PLAN))).to.match(/^wait: 1 of 2 new instances are proven/);
  });

  const point = (version: string, template = 'lt-1'): Action => ({ type: 'point', group: 'web', template, version });
  const make = (image: RecordImage): Action => ({ type: 'version', group: 'web', run: 'run-1', image });
  for (const [what, of, action, broken] of [
    ['another version than those of the record', begun(MADE, '$Default'), point('9'), /does not name this version/],
    ['a version of another template', begun(MADE, '$Default'), point('4', 'lt-2'), /does not name this version/],
    ['the new version after a roll-back was decided', back(), point('4'), /judged already/],
    [
      'the former version once the new one is promoted',
      doubled('4', { notes: notes(MADE, 'promote') }),
      point('3'),
      /was promoted/,
    ],
    ['a version that the group would launch at once', begun(LATEST, '$Latest'), make(LATEST), /launch it at once/],
    ['a version of another image', begun(IMAGE, '$Default'), make({ ...IMAGE, id: 'ami-3' }), /another image/],
    ['a version after the verdict', back(), make(IMAGE), /is due/],
    ['any version without an image in the record', doubledGroup(), point('4'), /does not name this version/],
  ] as const)
    it(`may not be given ${what}`, () => expect(guard(observed([of]), PLAN, action)).to.match(broken));

  it('is noted with what the group names and what that means now', () => {
    const plan: Plan = { ...PLAN, image: { id: 'ami-2', from: { web: 'ami-1' } } };
    const at = group({
      names: 'lt/lt-1:$Default',
      configurations: ['lt/lt-1:3'],
      instances: [instance('i-old1', OLD), instance('i-old2', OLD)],
    });
    const decision = decide(observed([at]), plan);
    const [first] = decision.kind === 'act' ? decision.actions : [];
    expect(first?.action.type === 'record' && first.action.record.image).to.deep.equal(IMAGE);
    expect(first?.why).to.include('image ami-2 in place of ami-1');
  });
});

/** What a record shields is shielded by it alone. */
function withShield(of: Group, then: string): Group {
  const { record } = of.notes;
  return record?.strategy === 'swap' && then.startsWith('shield')
    ? { ...of, notes: { ...of.notes, record: { ...record, shield: true } } }
    : of;
}

describe('why a group cannot be given an image', () => {
  const web: LaunchingGroup = { name: 'web', configurationRefs: ['lt/lt-1:3'] };
  const there = { state: 'available', architecture: 'x86_64' };
  const images = { image: 'ami-2', launched: 'ami-1', found: there, former: there };
  const codes = (of: Partial<LaunchingGroup>, more: Partial<typeof images> = {}, all = [web]): readonly string[] =>
    imageReasons({ ...web, ...of }, { ...images, ...more }, all).map(({ code }) => code);
  const follows = (version: string): LaunchingGroup => ({ name: 'b', configurationRefs: ['lt/lt-2:1', version] });

  for (const [what, found, expected] of [
    ['nothing', codes({}), []],
    ['its stack', codes({ stackId: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/1' }), ['image.stack']],
    ['a launch configuration', codes({ configurationRefs: ['lc/one'] }), ['image.launchConfiguration']],
    ['templates of overrides', codes({ configurationRefs: ['lt/lt-1:3', 'lt/lt-2:1'] }), ['image.overrides']],
    ['images of overrides', codes({ overrides: [{}, { image: 'ami-9' }] }), ['image.overrides']],
    ['a parameter', codes({}, { launched: 'resolve:ssm:/web/image:3' }), ['image.parameter']],
    ['another architecture', codes({}, { found: { ...there, architecture: 'arm64' } }), ['image.architecture']],
    ['others at $Latest of its template', codes({}, {}, [web, follows('lt/lt-1:$Latest')]), ['image.latest']],
    ['others at a number of its template', codes({}, {}, [web, follows('lt/lt-1:3')]), []],
    ['others at $Default of its template', codes({}, {}, [web, follows('lt/lt-1:$Default')]), []],
    ['itself at $Latest', codes({ configurationRefs: ['lt/lt-1:$Latest'] }), []],
  ] as const)
    it(`because of ${what}`, () => expect(found).to.deep.equal(expected));

  for (const [what, parameter, expected] of [
    [
      'a command where that helps',
      '/web/image',
      / --image: aws ssm put-parameter --name \/web\/image --value ami-2 --overwrite$/,
    ],
    [
      'none for a version, which stays what it is',
      '/web/image:3',
      /^The launch template takes 3 of \/web\/image alone:/,
    ],
    [
      'none for an ARN',
      'arn:aws:ssm:eu-west-1:1:parameter/web/image',
      /^Have the parameter changed where it is kept, then/,
    ],
    ['none for what AWS sets', '/aws/service/ami-amazon-linux-latest/al2023', /^AWS sets that parameter\. /],
  ] as const)
    it(`with ${what}, of a parameter`, () => {
      const [found] = imageReasons(web, { ...images, launched: `resolve:ssm:${parameter}` }, [web]);
      expect(remedyText(found?.remedy ?? '')).to.match(expected);
      expect(found?.text).to.include(`the parameter ${parameter},`);
    });
});
