import { redactor, restRedactor, strangersRedactor, type Redact } from '../text/secrets/redact.js';

/** What must not be shown, as far as this run knows it. */
export interface Secrets {
  /** Adds values, such as those of NoEcho parameters once it is known which they are. */
  readonly add: (secrets: readonly string[]) => void;
  /** Takes them out in whatever form they stand. */
  readonly redact: Redact;
  /** The same, and what looks like a secret to everybody: for words of AWS and of instances. */
  readonly redactWords: Redact;
  /**
   * The same for what a command printed. `torn`: its beginning was cut off, so it may begin with the end of a
   * secret.
   */
  readonly mask: (text: string, torn: boolean) => string;
}

/** Variables of the environment that commands of the user inherit, and may print. */
const SECRET_VARIABLES = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'HA_UPDATER_LOCK_PASSWORD',
  'HA_UPDATER_WEBHOOK_SECRET',
];

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
export function createSecrets(
  env: Readonly<Record<string, string | undefined>>,
  lock: string | undefined,
  more: readonly string[] = [],
): Secrets {
  let secrets = [
    ...more,
    ...SECRET_VARIABLES.flatMap((name) => env[name] ?? []),
    ...[lock, ...ADDRESS_VARIABLES.map((name) => env[name])].flatMap(passwordsIn),
  ];
  // Made anew only when something was added: each secret has dozens of forms.
  let known = redactorsOf(secrets);
  return {
    add: (more) => {
      secrets = [...secrets, ...more];
      known = redactorsOf(secrets);
    },
    redact: (text) => known.all(text),
    redactWords: (text) => known.words(text),
    mask: (text, torn) => known.all(torn ? known.rest(text) : text),
  };
}

function redactorsOf(secrets: readonly string[]): Readonly<Record<'all' | 'words' | 'rest', Redact>> {
  return { all: redactor(secrets), words: strangersRedactor(secrets), rest: restRedactor(secrets) };
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
