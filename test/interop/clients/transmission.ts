import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { waitUntil } from '../../helpers/wait-until.ts'
import { freePort, makeHome, startChild } from './child.ts'
import type { Client, Job, Running } from './client.ts'

const seeding = 6

/** Transmission takes no peer's address over its interface, and no tracker's peers on 127.0.0.1: it has to be dialled. */
async function start(t: TestContext, job: Job): Promise<Running> {
  const peerPort = await freePort()
  const rpcPort = await freePort()
  const home = await makeHome()
  await writeFile(
    join(home, 'settings.json'),
    JSON.stringify({
      'bind-address-ipv4': '127.0.0.1',
      'bind-address-ipv6': '::1',
      'dht-enabled': false,
      'lpd-enabled': false,
      'pex-enabled': false,
      'utp-enabled': false,
      'port-forwarding-enabled': false,
      'peer-port': peerPort,
      // 2 requires, 1 prefers
      encryption: job.encrypted ? 2 : 1,
      'rename-partial-files': false,
      'rpc-bind-address': '127.0.0.1',
      'rpc-port': rpcPort,
      'rpc-whitelist-enabled': false,
      'rpc-host-whitelist-enabled': false,
    }),
  )
  const words = ['--foreground', '--config-dir', home]
  const { end } = startChild(t, '/usr/bin/transmission-daemon', words, home)
  const url = `http://127.0.0.1:${rpcPort}/transmission/rpc`
  // The first answer is a refusal that carries the id every request has to repeat.
  const id = await waitUntil('transmission answers', async () => {
    const response = await fetch(url, { method: 'POST', body: '{}' })
    return response.headers.get('x-transmission-session-id')
  })
  const call = async (method: string, args: object): Promise<Record<string, unknown>> => {
    const body = JSON.stringify({ method, arguments: args })
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-transmission-session-id': id } })
    const answer = (await response.json()) as { result: string; arguments: Record<string, unknown> }
    if (answer.result !== 'success') throw new Error(`transmission: ${method}: ${answer.result}`)
    return answer.arguments
  }
  const metainfo = (await readFile(job.torrentFile)).toString('base64')
  await call('torrent-add', { metainfo, 'download-dir': job.folder })
  const done = (timeoutMs: number) =>
    waitUntil(
      'transmission has everything',
      async () => {
        const fields = ['status', 'percentDone', 'errorString']
        const { torrents } = await call('torrent-get', { fields })
        const [first] = torrents as { status: number; percentDone: number; errorString: string }[]
        if (first?.status === seeding && first.percentDone === 1) return true
        throw new Error(JSON.stringify(first))
      },
      { timeoutMs },
    )
  if (job.role === 'seed') await done(30_000)
  return { address: `127.0.0.1:${peerPort}`, done, end }
}

// Transmission 3.00 never creates files without bytes.
export const transmission: Client = { name: 'Transmission', makesEmptyFiles: false, keepsNames: false, start }
