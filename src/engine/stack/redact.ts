/** Takes the values of NoEcho parameters out of a text that the service wrote. */
export type Redact = (text: string) => string;

/** Shorter values are words of every sentence; taking them out would only make it unreadable. */
const shortest = 4;

export function redactor(secrets: readonly string[]): Redact {
  // Longest first, so that a value which holds another one is taken out whole.
  const hidden = secrets.filter((secret) => secret.length >= shortest).sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, '****'), text);
}
