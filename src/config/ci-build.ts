import type { Environment } from './simulation-speed.js';

/** Where each system says which build it is: the first variables that are all set, joined by `/`. */
const NUMBERS: readonly (readonly string[])[] = [
  ['GO_PIPELINE_NAME', 'GO_PIPELINE_COUNTER', 'GO_STAGE_NAME', 'GO_STAGE_COUNTER'],
  ['JOB_NAME', 'BUILD_NUMBER'],
  ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID'],
  ['CI_PROJECT_PATH', 'CI_JOB_ID'],
  ['BUILDKITE_PIPELINE_SLUG', 'BUILDKITE_BUILD_NUMBER'],
  ['CIRCLE_PROJECT_REPONAME', 'CIRCLE_BUILD_NUM'],
  ['CODEBUILD_BUILD_ID'],
  ['BITBUCKET_REPO_SLUG', 'BITBUCKET_BUILD_NUMBER'],
  ['BUILD_BUILDID'],
  ['BUILD_NUMBER'],
];

/**
 * The build that this run belongs to, such as `Jenkins web-deploy/118`, for whoever meets our lock; undefined
 * outside of CI.
 */
export function buildOf(
  ci: { readonly isCI: boolean; readonly name: string | null },
  env: Environment,
): string | undefined {
  if (!ci.isCI) return undefined;
  const number = NUMBERS.find((names) => names.every((name) => (env[name] ?? '') !== ''))
    ?.map((name) => env[name])
    .join('/');
  const words = [ci.name, number].filter((word) => word !== null && word !== undefined);
  return words.length === 0 ? undefined : words.join(' ').slice(0, 200);
}
