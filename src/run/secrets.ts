import { redactor, restRedactor, type Redact } from '../engine/stack/redact.js';

/** What must not be shown, as far as this run knows it. */
export interface Secrets {
  /** Adds values, such as those of NoEcho parameters once it is known which they are. */
  readonly add: (secrets: readonly string[]) => void;
  /** Takes exact occurrences out. */
  readonly redact: Redact;
  /**
   * The same for what a command printed. `torn`: its beginning was cut off, so it may begin with the end of a
   * secret.
   */
  readonly mask: (text: string, torn: boolean) => string;
}

/** Variables of the environment that commands of the user inherit, and may print. */
const SECRET_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'HA_UPDATER_LOCK_PASSWORD'];

/** Those that may hold one in an address. */
const ADDRESS_VARIABLES = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'HA_UPDATER_LOCK',
];

/** @param lock address of the strict lock as it was typed: it may hold a password */
export function createSecrets(env: Readonly<Record<string, string | undefined>>, lock: string | undefined): Secrets {
  let secrets = [
    ...SECRET_VARIABLES.flatMap((name) => env[name] ?? []),
    ...[lock, ...ADDRESS_VARIABLES.map((name) => env[name])].flatMap(passwordsIn),
  ];
  const redact: Redact = (text) => redactor(secrets)(text);
  return {
    add: (more) => void (secrets = [...secrets, ...more]),
    redact,
    mask: (text, torn) => redact(torn ? restRedactor(secrets)(text) : text),
  };
}

/** As it stands in the address, and decoded. */
function passwordsIn(address: string | undefined): readonly string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { password } = new URL(address);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
