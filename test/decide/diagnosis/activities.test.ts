import { expect } from 'chai';
import { diagnoseActivities } from '../../../src/decide/diagnosis/diagnose.js';
import type { Activity } from '../../../src/model/finding.js';
import { call } from '../../support/sandbox.js';
import { createStage, type Stage } from '../../support/stage.js';

const launch = (status: string, message = ''): Activity => ({
  id: 'a',
  at: 1_000,
  status,
  description: 'Launching a new EC2 instance: i-1',
  cause: '',
  message,
});

/** The activities of the group as AWS tells them. */
function activitiesOf(stage: Stage): readonly Activity[] {
  const { Activities: rows } = call<{
    Activities: {
      ActivityId: string;
      StartTime: Date;
      StatusCode: string;
      Description: string;
      Cause: string;
      StatusMessage?: string;
    }[];
  }>(stage.sandbox.world, 'autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName: 'web' });
  return rows.map((row) => ({
    id: row.ActivityId,
    at: row.StartTime.getTime(),
    status: row.StatusCode,
    description: row.Description,
    cause: row.Cause,
    message: row.StatusMessage ?? '',
  }));
}

describe('what scaling activities say went wrong', () => {
  it('a launch that was cancelled without a word was ended by somebody: nothing is wrong', () => {
    expect(diagnoseActivities('web', [launch('Cancelled')])).to.deep.equal([]);
  });

  it('a launch that failed, or was cancelled for a reason', () => {
    const codes = [
      launch('Failed'),
      launch('Failed', 'The image id [ami-0] does not exist'),
      launch('Cancelled', 'Lifecycle Action was abandoned'),
    ].flatMap((activity) => diagnoseActivities('web', [activity]).map(({ code }) => code));
    expect(codes).to.deep.equal(['diagnose.launchFailed', 'diagnose.imageMissing', 'diagnose.hookAbandoned']);
  });

  it('what the tool itself ended after Ctrl-C is no failure to launch', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6 }]);
    stage.groups[0]?.changeImage('ami-new');
    const before = stage.sandbox.clock.now();
    const ending = await stage.run({}, { interruptAfterMs: 15_000 });
    expect(ending.outcome).to.equal('swapRolledBack');
    const since = activitiesOf(stage).filter(({ at }) => at >= before);
    expect(since.filter(({ status }) => status === 'Cancelled')).to.have.length.above(0);
    expect(diagnoseActivities('web', since)).to.deep.equal([]);
  });
});
