import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Heard, heardIn, ringSlots, slotBytes } from './heard-ring.ts'

/** The daemon's end of a host's ring: a file without a name, which goes with the last of the two processes. */
export class RingFile {
  /** For the host to inherit. */
  readonly fd: number

  /** null when there is none to be had, as on a full disk: then nobody can be blamed. */
  static open(): RingFile | null {
    const path = join(tmpdir(), `porla-lua-${randomBytes(8).toString('hex')}`)
    try {
      const fd = openSync(path, 'wx+', 0o600)
      unlinkSync(path)
      // the space is taken now: a host must not fail for want of it
      writeSync(fd, Buffer.alloc(ringSlots * slotBytes), 0, undefined, 0)
      return new RingFile(fd)
    } catch {
      return null
    }
  }

  private constructor(fd: number) {
    this.fd = fd
  }

  /** Whom the host heard last, the newest first; closes the file. */
  take(): Heard[] {
    const ring = Buffer.alloc(ringSlots * slotBytes)
    try {
      readSync(this.fd, ring, 0, ring.length, 0)
      closeSync(this.fd)
    } catch {
      // nobody is blamed, then
      return []
    }
    return heardIn(ring)
  }
}
