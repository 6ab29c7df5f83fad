import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RpcClient } from '../../src/rpc/client.ts'
import { startDaemon, type TestDaemon } from '../../test/helpers/daemon.ts'
import { addTorrent, engineProcess, listenAddress, waitForSeeding } from '../../test/helpers/torrents.ts'
import { waitUntil } from '../../test/helpers/wait-until.ts'
import { python } from '../../test/interop/debian.ts'

export type Settings = Record<string, boolean | number | string>

const limitMs = 300_000
const swarmProgram = fileURLToPath(new URL('libtorrent_swarm.py', import.meta.url))

/** One end of a transfer. */
export interface Party {
  /** Processes of the program. */
  pids: number[]
  /** The one that holds the data under way. */
  memoryPid: number
  addresses: string[]
  /** Calls the other end. */
  dial: (addresses: readonly string[]) => Promise<void>
  /** Looks out for what `first` and `done` wait for, when the other end calls. */
  watch: () => void
  first: () => Promise<unknown>
  /** Every downloader of this end has everything. */
  done: () => Promise<unknown>
}

/** What the helpers of the tests want of a test, and how to clean up behind it. */
export function context(): { t: TestContext; clean: () => Promise<void> } {
  const cleanups: (() => unknown)[] = []
  const t = { after: (cleanup: () => unknown) => cleanups.push(cleanup), diagnostic: () => {} }
  const clean = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }
  return { t: t as unknown as TestContext, clean }
}

export interface Job {
  role: 'seed' | 'download'
  torrentFile: string
  folder: string
  settings: Settings
}

/** So many libtorrent sessions in a process of their own. */
export async function startLibtorrents(t: TestContext, job: Job, count: number): Promise<Party> {
  const words = [
    swarmProgram,
    job.role,
    String(count),
    job.torrentFile,
    job.folder,
    JSON.stringify(job.settings),
  ]
  const child = spawn(python, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  const changed = new EventTarget()
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
    changed.dispatchEvent(new Event('said'))
  })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.stdin.end()
    await gone
  })
  const said = async (what: RegExp) => {
    const signal = AbortSignal.timeout(limitMs)
    for (;;) {
      const match = what.exec(output)
      if (match !== null) return match
      if (child.exitCode !== null) throw new Error(`libtorrent ended with ${child.exitCode}`)
      await Promise.race([once(changed, 'said', { signal }), gone])
    }
  }
  const ports = (await said(/^ports (.*)\n/m))[1]!.split(' ')
  const pid = child.pid!
  return {
    pids: [pid],
    memoryPid: pid,
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    dial: async (addresses) => {
      for (const address of addresses) child.stdin.write(`${address}\n`)
    },
    watch: () => void child.stdin.write('watch\n'),
    first: () => said(/^first$/m),
    done: () => said(/^done$/m),
  }
}

/** One libtorrent session, or one of porla-lua in a daemon of its own. */
export async function startParty(t: TestContext, who: 'porla-lua' | 'libtorrent', job: Job): Promise<Party> {
  if (who === 'libtorrent') return await startLibtorrents(t, job, 1)
  const daemon = await startDaemon(t, { sessions: { default: job.settings } })
  await addTorrent(daemon, job.torrentFile, job.folder)
  const address = await listenAddress(daemon)
  if (job.role === 'seed') await waitForSeeding(daemon, { timeoutMs: limitMs })
  const host = await engineProcess(daemon)
  const client = await daemon.client()
  t.after(() => client.close())
  return {
    pids: [daemon.pid, host],
    memoryPid: host,
    addresses: [address],
    dial: (addresses) => dialAll(daemon, addresses),
    watch: () => {},
    first: async () => {},
    done: () => seeds(client),
  }
}

async function dialAll(daemon: TestDaemon, addresses: readonly string[]): Promise<void> {
  await daemon.ok(
    `local torrent = require("sessions").get("default"):torrents()[1]
     for _, peer in ipairs(arg) do
       local host, port = peer:match("^(.*):(%d+)$")
       torrent:connect_peer(host, math.tointeger(port))
     end`,
    [...addresses],
  )
}

async function seeds(client: RpcClient): Promise<void> {
  await waitUntil(
    'porla-lua has everything',
    async () => {
      const { torrents } = await client.call('torrents.list', { fields: ['is_seeding', 'error'] })
      const [status] = torrents
      if (status?.error) throw new Error(String(status.error))
      return status?.is_seeding === true
    },
    { timeoutMs: limitMs, everyMs: 20 },
  )
}
