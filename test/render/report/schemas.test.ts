import { Ajv } from 'ajv';
import { expect } from 'chai';
import { explain } from '../../../src/app/inspect/explain.js';
import { read } from '../../tidy/scan.js';
import { recording } from '../live/recordings.js';

/** Whether a value fits a schema of docs/schemas, and why not. */
function misfits(name: string): (value: unknown) => readonly string[] {
  const ajv = new Ajv({ allErrors: false, strict: false });
  const validate = ajv.compile(JSON.parse(read(`docs/schemas/${name}.schema.json`)) as object);
  return (value) => (validate(value) ? [] : [ajv.errorsText(validate.errors)]);
}

describe('the schemas of what programs read', () => {
  const event = misfits('event');
  for (const story of [
    'promoted',
    'rolled-back',
    'adopted',
    'stack-failed',
    'interrupted',
    'rolling',
    'forty-groups',
  ] as const)
    it(`take every event of "${story}"`, async () => {
      const wrong = (await recording(story)).flatMap((stamped) =>
        event(JSON.parse(JSON.stringify(stamped))).map((why) => `${stamped.event.type}: ${why}`),
      );
      expect([...new Set(wrong)]).to.deep.equal([]);
    });
  it('do not take what is none', async () => {
    const [first] = await recording('promoted');
    expect(event({ ...first, v: 2 })).not.to.deep.equal([]);
    expect(event({ ...first, event: { type: 'run.begun' } })).not.to.deep.equal([]);
    expect(event({ ...first, event: { ...first?.event, groups: 1 } })).not.to.deep.equal([]);
  });
  it('take a document', () => {
    const context = { json: true, stdout: { write: () => true, on: () => undefined } };
    expect(misfits('explain')(explain('4', context))).to.deep.equal([]);
  });
});
