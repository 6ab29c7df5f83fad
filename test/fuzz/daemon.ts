import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RpcClient } from '../../src/rpc/client.ts'
import { loopback, processesOf, TestDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'

type Settings = Record<string, boolean | number | string>

/** Starts a daemon with one session, in a folder of its own. */
export async function openDaemon(settings: Settings = {}): Promise<TestDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-fuzz-'))
  const daemon = new TestDaemon(folder)
  const config = { sessions: { default: { settings: { ...loopback, ...settings } } } }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  await daemon.start()
  return daemon
}

/** Ends it and removes its folder. */
export async function closeDaemon(daemon: TestDaemon): Promise<void> {
  await daemon.end()
  for (const pid of processesOf(daemon.folder)) process.kill(pid, 'SIGKILL')
  await rm(daemon.folder, { recursive: true, force: true })
}

/** Port where the engine listens, once it does. */
export async function listeningPort(client: RpcClient): Promise<number> {
  return await waitUntil('the engine listens', async () => {
    const { sessions } = await client.call('daemon.status', {})
    return Number(sessions[0]?.engine.listening?.split(':').at(-1))
  })
}

/** Memory of a process, MiB; 0 when it is gone. */
export function residentMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
