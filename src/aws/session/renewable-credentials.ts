import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { systemClock } from '../../clock.js';

/** Asked for again this long before they expire. */
const EARLY_MS = 300_000;

/**
 * Credentials that are asked for again shortly before they expire, and whenever the service calls them expired:
 * many providers do not know when that is. Whatever kept them is made anew, so that files are read again.
 */
export function renewable(makeProvider: () => Promise<AwsCredentialIdentityProvider>): {
  readonly provide: AwsCredentialIdentityProvider;
  readonly renew: () => void;
} {
  let held: Promise<AwsCredentialIdentity> | undefined;
  const fetched = async (options?: Record<string, unknown>): Promise<AwsCredentialIdentity> =>
    (await makeProvider())(options);
  const ask = (options?: Record<string, unknown>): Promise<AwsCredentialIdentity> => {
    const asked = fetched(options);
    held = asked;
    asked.catch(() => {
      if (held === asked) held = undefined;
    });
    return asked;
  };
  return {
    provide: async (options) => {
      let identity = await (held ?? ask(options));
      if (identity.expiration !== undefined && identity.expiration.getTime() - systemClock().now() < EARLY_MS)
        identity = await ask(options);
      // The SDK keeps for ever what has no date, so it is made to ask here every time.
      return { ...identity, expiration: LONG_AGO };
    },
    renew: () => {
      held = undefined;
    },
  };
}

const LONG_AGO = new Date(0);
