import { close, fdatasync, fstat, ftruncate, open, read, write, writev } from 'node:fs'
import type { Stamp } from './file-stamps.ts'
import { type Parts, partsLength, sliceParts } from './parts.ts'

/**
 * Positional reads and writes on raw descriptors. Not FileHandle: it costs an object and a promise chain more
 * per call, and every block of every torrent comes through here.
 */

export function openFd(path: string, flags: number, mode: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, flags, mode, (error, fd) => (error === null ? resolve(fd) : reject(error)))
  })
}

export function closeFd(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    close(fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** Waits until what was written to it survives the end of power. */
export function syncFd(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** Size and time of an open file; null when it is no regular file. */
export function regularStamp(fd: number): Promise<Stamp | null> {
  return new Promise((resolve, reject) => {
    fstat(fd, { bigint: true }, (error, found) => {
      if (error !== null) return reject(error)
      resolve(found.isFile() ? { size: Number(found.size), mtimeNs: found.mtimeNs } : null)
    })
  })
}

/** Makes a file `size` bytes long if it is shorter; what is added reads as zeros. */
export function extendTo(fd: number, size: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fstat(fd, (error, found) => {
      if (error !== null) return reject(error)
      if (found.size >= size) return resolve()
      ftruncate(fd, size, (error) => (error === null ? resolve() : reject(error)))
    })
  })
}

/** Fills `into` from `position` on; the count is short only at the end of the file. */
export function readAt(fd: number, into: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let done = 0
    const next = () => {
      read(fd, into, done, into.length - done, position + done, (error, count) => {
        if (error !== null) return reject(error)
        done += count
        if (count === 0 || done === into.length) resolve(done)
        else next()
      })
    }
    next()
  })
}

/** Writes all of `bytes` at `position`; a write that the system cuts short is continued, or fails with errno. */
export function writeAt(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = 0
    const next = () => {
      write(fd, bytes, done, bytes.length - done, position + done, (error, count) => {
        if (error !== null) return reject(error)
        done += count
        if (done === bytes.length) resolve()
        else next()
      })
    }
    next()
  })
}

/** Writes what lies in several arrays in one go; see `writeAt`. */
export function writePartsAt(fd: number, parts: Parts, position: number): Promise<void> {
  if (parts.length === 1) return writeAt(fd, parts[0]!, position)
  return new Promise((resolve, reject) => {
    const length = partsLength(parts)
    let done = 0
    const next = () => {
      const rest = done === 0 ? (parts as Uint8Array[]) : sliceParts(parts, done, length - done)
      writev(fd, rest, position + done, (error, count) => {
        if (error !== null) return reject(error)
        done += count
        if (done === length) resolve()
        else next()
      })
    }
    next()
  })
}
