import { DEFAULT_PROFILE, loadSharedConfigFiles } from '@smithy/core/config';

/** Where we work when nobody says where. */
const FALLBACK_REGION = 'eu-west-1';

/**
 * The region: the flag, then AWS_REGION, then AWS_DEFAULT_REGION, then the region of the profile in the
 * shared configuration files, then eu-west-1. Files that cannot be read count as empty.
 */
export async function resolveRegion(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
  profile?: string,
): Promise<string> {
  const stated = [flag, env.AWS_REGION, env.AWS_DEFAULT_REGION].find((region) => region !== undefined && region !== '');
  return stated ?? (await regionOfProfile(env, profile ?? env.AWS_PROFILE)) ?? FALLBACK_REGION;
}

async function regionOfProfile(env: NodeJS.ProcessEnv, profile: string | undefined): Promise<string | undefined> {
  try {
    const { AWS_CONFIG_FILE: configFilepath, AWS_SHARED_CREDENTIALS_FILE: filepath } = env;
    const files = await loadSharedConfigFiles({
      ignoreCache: true,
      ...(configFilepath && { configFilepath }),
      ...(filepath && { filepath }),
    });
    const name = profile === undefined || profile === '' ? DEFAULT_PROFILE : profile;
    return files.configFile[name]?.region ?? files.credentialsFile[name]?.region;
  } catch {
    return undefined;
  }
}
