/** What a failed system call says in Lua: `nil, message, errno`. */
export interface SystemFailure {
  readonly message: string
  /** The number the operating system gave. */
  readonly errno: number
}

/**
 * The texts of glibc's strerror in the C locale. Scripts compare them, and libuv's own texts differ
 * ("no such file or directory").
 */
const texts: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EINTR: 'Interrupted system call',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  E2BIG: 'Argument list too long',
  ENOEXEC: 'Exec format error',
  EBADF: 'Bad file descriptor',
  ECHILD: 'No child processes',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EFAULT: 'Bad address',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENODEV: 'No such device',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENFILE: 'Too many open files in system',
  EMFILE: 'Too many open files',
  ENOTTY: 'Inappropriate ioctl for device',
  ETXTBSY: 'Text file busy',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  ESPIPE: 'Illegal seek',
  EROFS: 'Read-only file system',
  EMLINK: 'Too many links',
  EPIPE: 'Broken pipe',
  ERANGE: 'Numerical result out of range',
  EDEADLK: 'Resource deadlock avoided',
  ENAMETOOLONG: 'File name too long',
  ENOLCK: 'No locks available',
  ENOSYS: 'Function not implemented',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  ENODATA: 'No data available',
  EPROTO: 'Protocol error',
  EOVERFLOW: 'Value too large for defined data type',
  EILSEQ: 'Invalid or incomplete multibyte or wide character',
  ENOTSOCK: 'Socket operation on non-socket',
  ENOTSUP: 'Operation not supported',
  ECONNABORTED: 'Software caused connection abort',
  ECONNRESET: 'Connection reset by peer',
  ENOBUFS: 'No buffer space available',
  ENOTCONN: 'Transport endpoint is not connected',
  ESHUTDOWN: 'Cannot send after transport endpoint shutdown',
  ETIMEDOUT: 'Connection timed out',
  ECONNREFUSED: 'Connection refused',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  ESTALE: 'Stale file handle',
  EREMOTEIO: 'Remote I/O error',
  EDQUOT: 'Disk quota exceeded',
  ECANCELED: 'Operation canceled',
}

/** A failure that no system call reported, such as a write to a file opened for reading; errno as on Linux. */
export class SystemError extends Error {
  readonly code: string
  readonly errno: number
  constructor(code: 'EBADF' | 'ESPIPE' | 'EINVAL' | 'EAGAIN', errno: number) {
    super(texts[code])
    this.name = 'SystemError'
    this.code = code
    // Negative, as libuv reports it.
    this.errno = -errno
  }
}

/** The failure in an error that node:fs or node:child_process threw; undefined for any other error. */
export function systemFailure(error: unknown): SystemFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errno } = error as NodeJS.ErrnoException
  if (typeof code !== 'string' || typeof errno !== 'number') return undefined
  return { message: texts[code] ?? `Unknown error ${-errno}`, errno: -errno }
}

/** The code ("ENOENT") of such an error, undefined for any other. */
export function failureCode(error: unknown): string | undefined {
  return systemFailure(error) && ((error as NodeJS.ErrnoException).code as string)
}
