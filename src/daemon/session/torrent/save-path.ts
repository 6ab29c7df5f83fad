import { isAbsolute } from 'node:path'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'

/**
 * An absolute path without what makes no difference: '.', doubled slashes and one at the end. '..' stays, since behind a
 * symbolic link it is not the folder before.
 */
export function plainPath(path: string): string {
  const elements = path.split('/').filter((element) => element !== '' && element !== '.')
  return `/${elements.join('/')}`
}

/** Whether two absolute paths are spellings of one. */
export function samePath(a: string, b: string): boolean {
  return plainPath(a) === plainPath(b)
}

/** Throws InvalidParams, which names the method and its field, for a path that is no save path. */
export function checkSavePath(path: string, { method, field }: { method: string; field: string }): void {
  const refuse = (why: string) => {
    throw new RpcError(ErrorCode.InvalidParams, `${method}: '${field}' ${why}`, { path: field })
  }
  if (path === '') refuse('is empty: give the folder that the files go to')
  if (path.includes('\0')) refuse('contains a NUL byte')
  if (!isAbsolute(path))
    refuse(`is '${path}', which is not absolute: the daemon has a current folder of its own`)
}
