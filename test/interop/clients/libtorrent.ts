import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../../helpers/wait-until.ts'
import { python } from '../debian.ts'
import { makeHome, startChild } from './child.ts'
import type { Client, Job, Running } from './client.ts'

/** libtorrent settings, by name. */
export type LtSettings = Record<string, boolean | number | string>

/** libtorrent's values of in_enc_policy and out_enc_policy, and of allowed_enc_level. */
export const policy = { forced: 0, enabled: 1, disabled: 2 }
export const level = { plain: 1, rc4: 2, both: 3 }

/** Only RC4 connections, or only plain ones. */
export const rc4Only = {
  in_enc_policy: policy.forced,
  out_enc_policy: policy.forced,
  allowed_enc_level: level.rc4,
}
export const plainOnly = { in_enc_policy: policy.disabled, out_enc_policy: policy.disabled }

export interface LtRunning extends Running {
  dial: (address: string) => Promise<void>
  pid: number
  /** How its connections were made, each as libtorrent's words for it: "tcp plain", "utp rc4", ... */
  connections: () => string[]
}

/** A libtorrent client with one torrent. `mode` "check" hashes what is there first, as for a foreign folder. */
export async function startLibtorrent(
  t: TestContext,
  job: Job & { settings?: LtSettings; check?: boolean },
): Promise<LtRunning> {
  const script = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url))
  const settings = { ...(job.encrypted ? rc4Only : {}), ...job.settings }
  const mode = job.check ? 'check' : job.role
  const words = [script, mode, job.torrentFile, job.folder, JSON.stringify(settings)]
  const { process, output, end } = startChild(t, python, words, await makeHome())
  const port = await waitUntil('libtorrent listens', () => /^port (\d+)$/m.exec(output())?.[1])
  return {
    pid: process.pid ?? 0,
    address: `127.0.0.1:${port}`,
    dial: async (address) => {
      process.stdin?.write(`${address}\n`)
    },
    done: (timeoutMs) =>
      waitUntil(
        'libtorrent has everything',
        () => {
          if (process.exitCode !== null) throw new Error(`libtorrent ended:\n${output()}`)
          return /^done$/m.test(output())
        },
        { timeoutMs },
      ),
    end,
    connections: () => [...output().matchAll(/^peer (.*)$/gm)].map((match) => match[1] as string),
  }
}

export const libtorrent: Client = {
  name: 'libtorrent',
  makesEmptyFiles: true,
  keepsNames: true,
  start: startLibtorrent,
}
