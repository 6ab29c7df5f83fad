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
