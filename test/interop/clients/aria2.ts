import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { waitUntil } from '../../helpers/wait-until.ts'
import { freePort, makeHome, startChild } from './child.ts'
import type { Client, Job, Running } from './client.ts'

/** aria2 takes peers from trackers alone: it has to be dialled, or the torrent has to name one. */
export async function startAria2(t: TestContext, job: Job): Promise<Running> {
  const port = await freePort()
  const { process, output, end } = startChild(
    t,
    '/usr/bin/aria2c',
    [
      '--no-conf=true',
      '--enable-dht=false',
      '--enable-dht6=false',
      '--bt-enable-lpd=false',
      '--enable-peer-exchange=false',
      '--disable-ipv6=true',
      '--interface=127.0.0.1',
      `--listen-port=${port}`,
      `--bt-force-encryption=${job.encrypted ?? false}`,
      ...(job.role === 'seed' ? ['--seed-ratio=0.0', '--check-integrity=true'] : ['--seed-time=0']),
      '--allow-overwrite=true',
      '--file-allocation=none',
      '--console-log-level=warn',
      '--summary-interval=0',
      '--stop=120',
      `--dir=${job.folder}`,
      job.torrentFile,
    ],
    await makeHome(),
  )
  const exit = once(process, 'exit')
  await waitUntil('aria2 listens', async () => {
    if (process.exitCode !== null) throw new Error(`aria2 ended:\n${output()}`)
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    return true
  })
  return {
    address: `127.0.0.1:${port}`,
    // without anything to seed for it ends when it has everything
    done: async (timeoutMs) => {
      const late = new Promise<never>((_, reject) => {
        const error = new Error(`aria2 has not everything after ${timeoutMs} ms:\n${output()}`)
        setTimeout(reject, timeoutMs, error).unref()
      })
      const [code] = await Promise.race([exit, late])
      if (code !== 0) throw new Error(`aria2 ended with ${code}\n${output()}`)
    },
    end,
  }
}

export const aria2: Client = { name: 'aria2', makesEmptyFiles: true, keepsNames: true, start: startAria2 }
