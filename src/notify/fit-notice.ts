import type { Notice } from './notice.js';

/** The longest text, and the most of a list, as parts of the whole: a notice has 13 texts and two lists. */
const TEXT_PART = 1 / 32;
const LIST_PART = 1 / 4;

/**
 * A notice of at most so many bytes as JSON: one of hundreds of groups may have more than its way takes. Long texts are
 * cut, names and commands that do not fit are left out whole, and it says that it was shortened.
 */
export function fitNotice(notice: Notice, most: number): Notice {
  if (bytesOf(notice) <= most) return notice;
  const cut = <T>(value: T): T =>
    (typeof value === 'string' ? beginningOf(value, Math.floor(most * TEXT_PART)) : value) as T;
  const fewer = (list: readonly string[]): readonly string[] => fitting(list, Math.floor(most * LIST_PART));
  const texts = Object.fromEntries(Object.entries(notice).map(([key, value]) => [key, cut<unknown>(value)]));
  const { failure } = notice;
  return {
    ...notice,
    ...(texts as Partial<Notice>),
    groups: fewer(notice.groups),
    ...(failure !== undefined && {
      failure: {
        code: cut(failure.code),
        what: cut(failure.what),
        serves: cut(failure.serves),
        next: fewer(failure.next),
      },
    }),
    shortened: true,
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

/** As much of a text as so many bytes of JSON hold, with a mark where it was cut. */
function beginningOf(text: string, most: number): string {
  if (bytesOf(text) <= most) return text;
  let bytes = bytesOf('…');
  let end = 0;
  for (const sign of text) {
    bytes += bytesOf(sign) - 2;
    if (bytes > most) break;
    end += sign.length;
  }
  return `${text.slice(0, end)}…`;
}

/** Half a name or half a command would be another one. */
function fitting(list: readonly string[], most: number): readonly string[] {
  let bytes = 2;
  return list.filter((one) => {
    const more = bytesOf(one) + 1;
    if (bytes + more > most) return false;
    bytes += more;
    return true;
  });
}
