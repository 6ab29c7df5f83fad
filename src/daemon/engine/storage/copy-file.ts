import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import { type FileHandle, open, readlink, rm, symlink } from 'node:fs/promises'
import { StorageError } from './storage-error.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/** Bytes that are read and written at a time. */
const chunkBytes = 1 << 20
const zeros = Buffer.alloc(chunkBytes)

/**
 * Copies a regular file to a name of our own, which may be left from an earlier try, and answers when its bytes are on
 * the disk. Stretches of zeros become holes: a file of a download that has only begun is mostly holes, and copied as
 * bytes it would need its whole size. Permissions and times follow, the times last: a copy that has the size and the
 * time of its source is complete (see `isCopyOf`). `shown` is the path that errors name.
 */
export async function copyFile(source: string, target: string, shown: string): Promise<void> {
  const input = await opened(source, O_RDONLY, 0, 'read', source)
  try {
    const found = await input.stat({ bigint: true }).catch(failed('read', source))
    await rm(target, { force: true }).catch(failed('write to', shown))
    const output = await opened(target, O_RDWR | O_CREAT | O_EXCL, 0o600, 'write to', shown)
    try {
      const size = await copyBytes({ input, output, expected: Number(found.size) }, source, shown)
      const write = failed('write to', shown)
      await output.truncate(size).catch(write)
      // who may read the file is no reason to stop: some file systems have no permissions
      await output.chmod(Number(found.mode) & 0o777).catch(() => {})
      await output.sync().catch(write)
      // in seconds: a Date would cut the time to milliseconds, and the copy would look changed (file-stamps.ts)
      await output.utimes(Number(found.atimeNs) / 1e9, Number(found.mtimeNs) / 1e9).catch(write)
    } finally {
      await output.close()
    }
  } finally {
    await input.close()
  }
}

/** The same for a symbolic link, which is copied as it is. */
export async function copyLink(source: string, target: string, shown: string): Promise<void> {
  const to = await readlink(source).catch(failed('read', source))
  await rm(target, { force: true }).catch(failed('write to', shown))
  await symlink(to, target).catch(failed('write to', shown))
}

/** Whether a file may be a copy of another that `copyFile` brought to its end. */
export function isCopyOf(copy: Stats, source: Stats): boolean {
  return copy.isFile() && copy.size === source.size && Math.abs(copy.mtimeMs - source.mtimeMs) < 1
}

/** Whether two files hold the same bytes; the second is on the disk then, for good. */
export async function sameBytes(one: string, other: string): Promise<boolean> {
  const first = await opened(one, O_RDONLY, 0, 'read', one)
  try {
    const second = await opened(other, O_RDONLY, 0, 'read', other)
    try {
      const a = Buffer.alloc(chunkBytes)
      const b = Buffer.alloc(chunkBytes)
      for (let at = 0; ; ) {
        const [read, also] = await Promise.all([
          fill(first, a, at).catch(failed('read', one)),
          fill(second, b, at).catch(failed('read', other)),
        ])
        if (read !== also || a.compare(b, 0, read, 0, read) !== 0) return false
        if (read === 0) break
        at += read
      }
      await second.sync().catch(failed('write to', other))
      return true
    } finally {
      await second.close()
    }
  } finally {
    await first.close()
  }
}

/** Makes what was created, renamed or removed in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, O_RDONLY).catch(failed('write to', path))
  try {
    await folder.sync()
  } catch (error) {
    // network file systems do not know it, and need it no more
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw StorageError.from(error, 'write to', path)
  } finally {
    await folder.close()
  }
}

async function copyBytes(
  { input, output, expected }: { input: FileHandle; output: FileHandle; expected: number },
  source: string,
  shown: string,
): Promise<number> {
  const chunk = Buffer.alloc(Math.min(chunkBytes, Math.max(1, expected)))
  for (let at = 0; ; ) {
    const read = await fill(input, chunk, at).catch(failed('read', source))
    if (read === 0) return at
    if (chunk.compare(zeros, 0, read, 0, read) !== 0) {
      await writeAll(output, chunk.subarray(0, read), at).catch(failed('write to', shown))
    }
    at += read
  }
}

/** Reads until the buffer is full or the file ends. */
async function fill(file: FileHandle, into: Buffer, position: number): Promise<number> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Never through a symbolic link, and never waiting for a named pipe. */
async function opened(
  path: string,
  flags: number,
  mode: number,
  action: string,
  shown: string,
): Promise<FileHandle> {
  return await open(path, flags | O_NOFOLLOW | O_NONBLOCK, mode).catch(failed(action, shown))
}

const failed = (action: string, path: string) => (error: unknown) => {
  throw StorageError.from(error, action, path)
}
