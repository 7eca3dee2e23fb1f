import { expect } from 'chai';
import { takenSinceBuild } from './calls.js';
import {
  actionsOf,
  DENIED_ON_PURPOSE,
  LOOKING,
  DEPLOY_SERVER,
  NOT_IN_SANDBOX,
  ON_SERVER,
  POLICY,
  READ_ONLY,
  readPolicy,
  together,
  type Policy,
} from './policy.js';

/**
 * Runs after all tests (`npm run test:all`): what every command took in every test, against the policies that
 * users are given.
 */
describe('what the commands took in all tests', () => {
  const taken = takenSinceBuild();

  /** Says what to do, because whoever adds a call meets this first. */
  const lacking = (policy: Policy, of: typeof taken, advice: string): readonly string[] => {
    const allowed = actionsOf(policy);
    return of
      .filter(({ action }) => !allowed.has(action))
      .map(
        ({ command, action }) =>
          `${command} takes ${action}: add "${action}" to the fitting statement of ${policy.path}${advice}`,
      );
  };

  it('was seen for every command that talks to AWS', () => {
    expect([...new Set(taken.map(({ command }) => command))]).to.include.members([
      'cancel',
      'diagnose',
      'plan',
      'resume',
      'rollback',
      'status',
      'unfreeze',
      'update-asgs',
      'update-stack',
      'validate',
    ]);
  });

  it(`is allowed by ${POLICY}, with those for a server beside it`, () => {
    expect(lacking(together(...[POLICY, ON_SERVER, DEPLOY_SERVER].map(readPolicy)), taken, '')).to.deep.equal([]);
  });

  it(`is allowed by ${READ_ONLY} for the commands that change nothing`, () => {
    const looking = taken.filter(
      ({ command, action }) => LOOKING.includes(command) && DENIED_ON_PURPOSE[action] === undefined,
    );
    expect(
      lacking(
        readPolicy(READ_ONLY),
        looking,
        ', or say in test/permissions/policy.ts (DENIED_ON_PURPOSE) why a command that only looks does without it',
      ),
    ).to.deep.equal([]);
  });

  it('takes everything that the policies allow', () => {
    const idle = (path: string, of: typeof taken, known: Readonly<Record<string, string>>): readonly string[] =>
      [...actionsOf(readPolicy(path)).keys()]
        .filter((action) => known[action] === undefined && !of.some((one) => one.action === action))
        .map(
          (action) =>
            `no test takes ${action}: remove it from ${path}, test what needs it, or say in test/permissions/policy.ts (NOT_IN_SANDBOX) why it is there`,
        );
    const looking = taken.filter(({ command }) => LOOKING.includes(command));
    expect([
      ...idle(POLICY, taken, NOT_IN_SANDBOX),
      ...idle(READ_ONLY, looking, {}),
      ...idle(ON_SERVER, taken, {}),
    ]).to.deep.equal([]);
  });

  it('leaves no exception that is none', () => {
    const allowed = actionsOf(readPolicy(POLICY));
    expect(
      Object.keys(NOT_IN_SANDBOX).filter(
        (action) => !allowed.has(action) || taken.some((one) => one.action === action),
      ),
    ).to.deep.equal([]);
    expect(
      Object.keys(DENIED_ON_PURPOSE).filter(
        (action) => !taken.some((one) => LOOKING.includes(one.command) && one.action === action),
      ),
    ).to.deep.equal([]);
  });
});
