import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** libtorrent with all torrents, whose connections come and go. */
export class Seeder {
  readonly address: string
  port = 0
  readonly #child: ChildProcess

  constructor(folder: string, address: string) {
    this.address = address
    const script = fileURLToPath(new URL('./seeder.py', import.meta.url))
    // Debian's python3: another one has no libtorrent
    this.#child = spawn('/usr/bin/python3', [script, folder, address], { stdio: ['pipe', 'pipe', 'inherit'] })
  }

  async ready(): Promise<void> {
    const lines = createInterface({ input: this.#child.stdout! })
    const ended = once(this.#child, 'exit').then(() => {
      throw new Error('libtorrent ended at its start')
    })
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    ended.catch(() => {})
    this.port = Number(line)
  }

  say(word: 'pause' | 'resume'): void {
    this.#child.stdin!.write(`${word}\n`)
  }

  async end(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.stdin!.end()
    await gone
  }
}
