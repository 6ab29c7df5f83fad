import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { waitUntil } from '../../helpers/wait-until.ts'
import { freePort, makeHome, startChild } from './child.ts'
import type { Client, Job, Running } from './client.ts'

function configuration(peerPort: number, webPort: number, job: Job): string {
  return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\Interface=lo
Session\\InterfaceName=lo
Session\\InterfaceAddress=127.0.0.1
Session\\Port=${peerPort}
Session\\UseRandomPort=false
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\QueueingSystemEnabled=false
Session\\MultiConnectionsPerIp=true
Session\\Encryption=${job.encrypted ? 1 : 0}

[Network]
PortForwardingEnabled=false

[Preferences]
Connection\\UPnP=false
WebUI\\Address=127.0.0.1
WebUI\\Port=${webPort}
WebUI\\UseUPnP=false
WebUI\\LocalHostAuth=false
WebUI\\CSRFProtection=false
WebUI\\HostHeaderValidation=false
`
}

async function start(t: TestContext, job: Job): Promise<Running> {
  const peerPort = await freePort()
  const webPort = await freePort()
  const home = await makeHome()
  const folder = join(home, 'qBittorrent', 'config')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'qBittorrent.conf'), configuration(peerPort, webPort, job))
  const { end } = startChild(t, '/usr/bin/qbittorrent-nox', [`--profile=${home}`], home)
  const post = async (path: string, body: FormData | URLSearchParams) => {
    const response = await fetch(`http://127.0.0.1:${webPort}/api/v2/${path}`, { method: 'POST', body })
    const text = await response.text()
    if (!response.ok || text === 'Fails.') throw new Error(`qBittorrent: ${path}: ${response.status} ${text}`)
    return text
  }
  await waitUntil('qBittorrent answers', () => post('app/version', new URLSearchParams()), {
    timeoutMs: 30_000,
  })
  const form = new FormData()
  form.set('torrents', new Blob([await readFile(job.torrentFile)]), 'a.torrent')
  form.set('savepath', job.folder)
  form.set('autoTMM', 'false')
  form.set('contentLayout', 'Original')
  if (job.role === 'seed') form.set('skip_checking', 'true')
  await post('torrents/add', form)
  const torrent = async () => {
    const list = JSON.parse(await post('torrents/info', new URLSearchParams())) as Record<string, unknown>[]
    if (list[0] === undefined) throw new Error('qBittorrent has no torrent yet')
    return list[0] as { hash: string; state: string; progress: number }
  }
  const { hash } = await waitUntil('qBittorrent lists the torrent', torrent)
  const done = (timeoutMs: number) =>
    waitUntil(
      'qBittorrent has everything',
      async () => {
        const { state, progress } = await torrent()
        if (/^(uploading|stalledUP|forcedUP|queuedUP|pausedUP)$/.test(state) && progress === 1) return true
        throw new Error(`${state} ${progress}`)
      },
      { timeoutMs },
    )
  if (job.role === 'seed') await done(30_000)
  return {
    address: `127.0.0.1:${peerPort}`,
    dial: async (address) => {
      await post('torrents/addPeers', new URLSearchParams({ hashes: hash, peers: address }))
    },
    done,
    end,
  }
}

export const qbittorrent: Client = { name: 'qBittorrent', makesEmptyFiles: true, keepsNames: true, start }
