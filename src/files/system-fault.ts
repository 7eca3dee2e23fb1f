import { getSystemErrorMap } from 'node:util';

/** What the operating system refused: a `code` of errno(3), and the path where there is one. */
type SystemFault = Error & { readonly code: string; readonly path?: string };

/** Whether this is the operating system's no, or Node's to a path that none can be, and so no fault of the program. */
export function isSystemFault(error: unknown): error is SystemFault {
  if (!(error instanceof Error)) return false;
  const { code, errno } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && (typeof errno === 'number' || code === 'ERR_INVALID_ARG_VALUE');
}

/** Where the usual words help nobody. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'it is a directory',
  ENXIO: 'it is a socket, or a device or pipe with nobody at its other end',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'no path has a character like that',
};

/** Why a file cannot be used, without a full stop: `its name is too long (ENAMETOOLONG)`. */
export function whyNot(error: unknown): string {
  if (!isSystemFault(error)) return error instanceof Error ? error.message : String(error);
  const { errno, code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') return `the folder that it was started in is gone (${code ?? ''})`;
  const words = WORDS[code ?? ''] ?? (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]);
  return `${words ?? error.message} (${code ?? ''})`;
}
