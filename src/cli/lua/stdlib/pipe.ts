import fs from 'node:fs'
import path from 'node:path'
import { SystemError } from './errno.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/** How many pipes one run of mkfifo makes: starting it costs more than a pipe does. */
const batch = 4

/**
 * Makes pipes. Node offers none (what it calls a pipe to a child is a socket, which a command cannot open again as
 * /dev/stdout, and whose descriptor is hidden), so these are named ones whose names are gone at once.
 */
export class Pipes {
  /** Descriptors open for both reading and writing, from which the two ends are opened. */
  readonly #stock: number[] = []

  /** The two ends of a new pipe. Throws the errors of node:fs. */
  create(): { read: number; write: number } {
    const both = this.#stock.pop() ?? this.#refill()
    try {
      // Neither waits for the other end, since `both` holds it.
      const read = fs.openSync(`/proc/self/fd/${both}`, 'r')
      try {
        return { read, write: fs.openSync(`/proc/self/fd/${both}`, 'w') }
      } catch (error) {
        fs.closeSync(read)
        throw error
      }
    } finally {
      fs.closeSync(both)
    }
  }

  close(): void {
    for (const fd of this.#stock.splice(0)) fs.closeSync(fd)
  }

  #refill(): number {
    return inTemporaryFolder((folder) => this.#make(fs.mkdtempSync(path.join(folder, 'porla-lua-'))))
  }

  #make(folder: string): number {
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    try {
      const names = Array.from({ length: batch }, (_, i) => path.join(folder, `${i}`))
      const made = spawnSync('mkfifo', names, { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } })
      if (made.error) throw made.error
      if (made.status !== 0) throw new SystemError('EAGAIN', 11)
      for (const name of names) this.#stock.push(fs.openSync(name, 'r+'))
      return this.#stock.pop() as number
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
}
