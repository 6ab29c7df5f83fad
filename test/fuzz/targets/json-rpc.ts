import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { settingRows } from '../../../src/daemon/settings/table.ts'
import { contract } from '../../../src/rpc/contract/index.ts'
import { LineReader } from '../../../src/rpc/framing.ts'
import { anyJson, type Json, mutateJson } from '../json.ts'
import { mutate } from '../mutate.ts'
import type { Random } from '../random.ts'
import { fitting, type Schema, type Texts } from '../schema-values.ts'
import { base64, fromBase64, target } from '../target.ts'
import { madeTorrent, openWorld } from '../world.ts'

type RpcInput = {
  /** What a client writes, base64; a line that can be read has `FOLDER` where the test's own folder belongs. */
  lines: string[]
}

/** The daemon ends, by the word of its owner; that is no death. */
const left = new Set(['daemon.stop'])
const methods = Object.entries(contract).filter(([name]) => !left.has(name))
/** Never the one that the well-behaved client asks about. */
const settingTable = settingRows.map(([name]) => name)
const torrents = [2, 3, 20, 21, 22].map((seed) => madeTorrent(seed))
const answerWithinMs = 250

const texts: Texts = (name, random) => {
  if (random.once(12)) return null
  if (name === 'info_hash' || name === 'after') return random.one(torrents).infoHash
  if (name === 'session' || name === 'name') return random.one(['default', 'default', 'default', 'no such'])
  if (name === 'ti')
    return base64(random.once(3) ? mutate(random.one(torrents).file, random) : random.one(torrents).file)
  if (name === 'magnet_uri')
    return `magnet:?xt=urn:btih:${random.one(torrents).infoHash}&tr=http://127.0.0.1:1/`
  if (name === 'ip') return random.one(['127.0.0.1', '::1', '0.0.0.0', 'x'])
  if (name === 'query')
    return random.one(['is:seeding', 'size > 1kb and not tag:x', 'name contains "d"', 'x'])
  if (name === 'keys') return random.one(settingTable)
  if (name === 'fields') return random.one(['name', 'progress', 'state', 'x'])
  if (/path|file|dir/.test(name)) return `FOLDER/${random.one(['a', 'b', 'a/b', 'download', random.text()])}`
  if (/url|tracker/.test(name))
    return random.one(['http://127.0.0.1:1/announce', 'udp://127.0.0.1:2', 'ws://127.0.0.1:3', 'x:', ''])
  if (name === 'peers') return random.one(['127.0.0.1:1', '[::1]:2', ':', '1.2.3.4'])
  return null
}

/** The daemon's own door: every method with lawful and odd parameters, batches, and lines that are no JSON. */
export const jsonRpc = target<RpcInput>({
  name: 'JSON-RPC',
  make: (random) => ({ lines: random.list(1, 3, () => base64(line(random))) }),
  async open() {
    const world = await openWorld()
    const counts = { answers: 0, results: 0, errors: 0 }
    return {
      daemon: world.daemon,
      infoHash: world.seed.infoHash,
      lanes: 4,
      async play(input) {
        const socket = connect(world.daemon.socket)
        socket.on('error', () => {})
        if (!(await connected(socket))) return
        const faults: string[] = []
        const reader = new LineReader(64 * 1024 * 1024, {
          tooLong: () => faults.push('an answer without end'),
          line(bytes) {
            counts.answers++
            const answer = JSON.parse(bytes.toString()) as {
              result?: unknown
              error?: { code: number; message: string }
            }
            if (answer.error === undefined) counts.results++
            else counts.errors++
            if (answer.error?.code === -32603) faults.push(`an internal error: ${answer.error.message}`)
            heard()
          },
        })
        let heard = (): void => {}
        socket.on('data', (chunk: Buffer) => reader.push(chunk))
        for (const text of input.lines) {
          const answered = new Promise<void>((resolve) => {
            heard = resolve
            setTimeout(resolve, answerWithinMs).unref()
          })
          socket.write(Buffer.concat([inFolder(fromBase64(text), world.daemon.folder), Buffer.from('\n')]))
          await answered
        }
        socket.destroy()
        if (faults.length > 0) throw new Error(faults[0])
      },
      note: () => `${counts.answers} answers, ${counts.results} of them results and ${counts.errors} errors`,
      close: () => world.close(),
    }
  },
})

async function connected(socket: Socket): Promise<boolean> {
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  }
}

function request(random: Random): Json {
  const [method, spec] = random.one(methods)
  let params = fitting(spec.params as Schema, random, texts)
  if (random.once(12) && method === 'sessions.settings.update')
    params = { settings: { [random.one(settingTable)]: anyJson(random) } }
  return { jsonrpc: '2.0', id: random.next(1000), method, params }
}

function line(random: Random): Buffer {
  if (random.once(15)) return random.bytes(random.next(300))
  if (random.once(300)) return Buffer.from(`${'['.repeat(100_000)}`)
  if (random.once(300))
    return Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: { client: 'x'.repeat(4_000_000) } }),
    )
  let value: Json = random.once(12)
    ? random.list(0, random.once(10) ? 500 : 5, () => request(random))
    : request(random)
  if (random.once(2)) value = mutateJson(value, random)
  const bytes = Buffer.from(JSON.stringify(value))
  return random.once(10) ? mutate(bytes, random) : bytes
}

/** Whatever path a line names, it stays in the test's folder. */
function inFolder(bytes: Buffer, folder: string): Buffer {
  try {
    return Buffer.from(JSON.stringify(bounded(JSON.parse(bytes.toString()) as Json, folder)))
  } catch {
    return bytes
  }
}

function bounded(value: Json, folder: string): Json {
  if (typeof value === 'string') {
    const text = value.replaceAll('FOLDER', folder)
    return text.startsWith('/') && !text.startsWith(`${folder}/`)
      ? `${folder}/${text}`
      : text.replaceAll('..', '_')
  }
  if (Array.isArray(value)) return value.map((inner) => bounded(inner, folder))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bounded(inner, folder)]))
}
