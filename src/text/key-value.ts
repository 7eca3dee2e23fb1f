/** `KEY=VALUE`, divided at the first `=`: the value may hold more of them, both may be empty. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** What stands before and after the first `=`; undefined where the text has none. */
export function splitKeyValue(text: string): KeyValue | undefined {
  const sign = text.indexOf('=');
  return sign < 0 ? undefined : { key: text.slice(0, sign), value: text.slice(sign + 1) };
}
