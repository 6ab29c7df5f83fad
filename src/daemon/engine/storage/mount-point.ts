import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing } from './storage-error.ts'

/**
 * The folder where the file system of a path is mounted; of a path that does not exist, that of the nearest folder above
 * it that does. Found by device numbers, which mean nothing after a restart of the machine; the folder does.
 */
export async function mountPointOf(path: string): Promise<string> {
  let folder = await nearest(path)
  let { dev } = await stat(folder)
  for (;;) {
    const above = dirname(folder)
    if (above === folder) return folder
    const found = await stat(above)
    if (found.dev !== dev) return folder
    folder = above
    dev = found.dev
  }
}

/** Whether something is mounted at this folder. */
export async function isMounted(mountPoint: string): Promise<boolean> {
  const above = dirname(mountPoint)
  if (above === mountPoint) return true
  try {
    return (await stat(mountPoint)).dev !== (await stat(above)).dev
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function nearest(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await realpath(folder)
    } catch (error) {
      if (!isMissing(error) || dirname(folder) === folder) throw error
    }
  }
}
