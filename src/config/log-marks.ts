import type { Environment } from './simulation-speed.js';

/** Whose marks a log carries: sections that fold, and problems that a build page shows. */
const CI_LOGS = ['github', 'gitlab', 'teamcity', 'none'] as const;
export type CiLog = (typeof CI_LOGS)[number];

/** What each system sets in every job, by its own documentation. Jenkins and GoCD show plain lines as they are. */
const SIGNS: readonly (readonly [Exclude<CiLog, 'none'>, string])[] = [
  ['github', 'GITHUB_ACTIONS'],
  ['gitlab', 'GITLAB_CI'],
  ['teamcity', 'TEAMCITY_VERSION'],
];

/**
 * The marks for the log of this job.
 * @param asked what `--ci-log` says; `auto` or nothing: by what the system sets
 */
export function ciLogOf(asked: string | undefined, env: Environment): CiLog {
  const named = CI_LOGS.find((one) => one === asked);
  return named ?? SIGNS.find(([, name]) => (env[name] ?? '') !== '')?.[0] ?? 'none';
}
