import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type BInput, bencode } from '../../src/metainfo/index.ts'
import { loopback } from '../helpers/daemon.ts'
import { RawClient } from '../rpc/support/serve.ts'
import { DaemonProcess, places } from './support/daemon.ts'
import { waitsDuring } from './support/other-client.ts'

/**
 * What other clients may wait at most while one keeps the daemon busy, ms of the daemon's own making: time on a core.
 * That of a machine which runs something else, or of a disk that others write to, is not.
 */
const limitMs = 100

const quiet = JSON.stringify({ sessions: { default: { settings: loopback } } })
const still = { paused: true, auto_managed: false }

/** Calls of one client, and the measure of what others wait meanwhile. */
class Busy {
  readonly #t: TestContext
  readonly daemon: DaemonProcess
  readonly #client: RawClient

  constructor(t: TestContext, daemon: DaemonProcess) {
    this.#t = t
    this.daemon = daemon
    this.#client = new RawClient(t, daemon.places.socket)
  }

  static async start(t: TestContext): Promise<Busy> {
    return new Busy(t, await new DaemonProcess(t, places(t, quiet)).ready())
  }

  /** Sends one line and waits for its answer. */
  async send(message: object) {
    this.#client.socket.write(`${JSON.stringify(message)}\n`)
    return await this.#client.next()
  }

  /** One call; it must succeed. */
  async call(method: string, params: object) {
    const { result, error } = await this.send({ jsonrpc: '2.0', id: 1, method, params })
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)?.slice(0, 500)}`)
    return result
  }

  /** Many calls in batches as large as they may be. */
  async batches(method: string, all: object[], size = 1000): Promise<void> {
    for (let i = 0; i < all.length; i += size) {
      const batch = all.slice(i, i + size).map((params, id) => ({ jsonrpc: '2.0', id, method, params }))
      const answers = await this.send(batch)
      for (const { error } of answers) assert.equal(error, undefined)
    }
  }

  /** Fails when another client waited too long while this was done. */
  async measure(what: string, work: () => Promise<unknown>, settleMs = 300): Promise<void> {
    const began = performance.now()
    const { calls, longest, longestWork } = await waitsDuring(this.#t, this.daemon, work, settleMs)
    const took = performance.now() - began
    const words =
      `${what}: others waited for ${longestWork.toFixed(0)} ms of work at most, ` +
      `${longest.toFixed(0)} ms with the disk (${calls} calls in ${took.toFixed(0)} ms)`
    this.#t.diagnostic(words)
    assert.ok(longestWork < limitMs, words)
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const hashOf = (info: BInput) => createHash('sha1').update(bencode(info)).digest('hex')
const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)

test('daemon: others hardly wait while a batch of 36 MB adds, changes and removes', {
  timeout: 120_000,
}, async (t) => {
  const busy = await Busy.start(t)
  const infos = numbered(1000).map((i) => ({
    length: 1300 * 16384,
    name: `torrent ${i}`,
    'piece length': 16384,
    pieces: Buffer.alloc(20 * 1300, i.toString(16)),
  }))
  const adds = infos.map((info) => ({
    save_path: busy.daemon.places.folder,
    flags: still,
    ti: base64(Buffer.from(bencode({ info }))),
  }))
  const keys = infos.map((info) => ({ info_hash: hashOf(info) }))
  await busy.measure('adding a thousand', () => busy.batches('torrents.add', adds))
  await busy.measure('tags of 40 kB for each', () =>
    busy.batches(
      'torrents.userdata.update',
      keys.map((key) => ({ ...key, tags: ['x'.repeat(40_000)] })),
    ),
  )
  await busy.measure('listing 40 MB', () => busy.call('torrents.list', {}))
  await busy.measure('pausing and resuming the session', async () => {
    await busy.call('sessions.pause', {})
    await busy.call('sessions.resume', {})
  })
  // of equal size: each might use the files of each other
  await busy.measure('removing a thousand with files', () =>
    busy.batches(
      'torrents.remove',
      keys.map((key) => ({ ...key, remove_files: true })),
    ),
  )
})

test('daemon: others hardly wait while ten thousand torrents are listed, filtered, told of and removed', {
  timeout: 240_000,
}, async (t) => {
  const busy = await Busy.start(t)
  const hashes = numbered(10_000).map((i) => createHash('sha1').update(`${i}`).digest('hex'))
  const { folder } = busy.daemon.places
  const adds = hashes.map((info_hash, i) => ({
    info_hash,
    save_path: folder,
    name: `torrent ${i}`,
    tags: ['some', `tag ${i}`],
    flags: still,
    trackers: [`http://127.0.0.1:1/${i}/announce`],
  }))
  await busy.measure('adding', () => busy.batches('torrents.add', adds))
  await busy.measure('a list of all', () => busy.call('torrents.list', {}))
  await busy.measure('a filtered list', () =>
    busy.call('torrents.list', { query: 'name contains "7" and ratio <= 0' }),
  )
  await busy.measure("a list in Porla's way", () =>
    busy.call('torrents.list', { page_size: 10_000, order_by: 'name', filters: { query: 'ratio <= 0' } }),
  )
  await busy.measure('an overview', () => busy.call('torrents.overview', {}))
  await busy.measure('pausing and resuming the session', async () => {
    await busy.call('sessions.pause', {})
    await busy.call('sessions.resume', {})
  })
  await busy.measure('settings', () =>
    busy.batches(
      'sessions.settings.update',
      numbered(1000).map((i) => ({ settings: { active_limit: i } })),
    ),
  )
  await busy.measure('fifty who hear each event', async () => {
    const hearers = numbered(50).map(() => new RawClient(t, busy.daemon.places.socket))
    const heard = hearers.map(async (hearer) => {
      hearer.send({ jsonrpc: '2.0', id: 1, method: 'events.subscribe', params: {} })
      await hearer.next()
      for (let i = 0; i < 4000; i++) await hearer.next()
      hearer.socket.destroy()
    })
    await new Promise((resolve) => setTimeout(resolve, 200))
    const some = hashes.slice(0, 2000).map((info_hash) => ({ info_hash }))
    await busy.batches('torrents.resume', some)
    await busy.batches('torrents.pause', some)
    await Promise.all(heard)
  })
  await busy.daemon.kill('SIGTERM')
  const again = new Busy(t, await new DaemonProcess(t, busy.daemon.places).ready())
  await again.measure('the first list after a restart', () => again.call('torrents.list', {}))
  await again.measure('removing half of them in one call', () =>
    again.call('torrents.remove', { info_hashes: hashes.slice(0, 5000) }),
  )
  await again.measure('removing the rest in batches', () =>
    again.batches(
      'torrents.remove',
      hashes.slice(5000).map((info_hash) => ({ info_hash })),
    ),
  )
})

test('daemon: others hardly wait for an answer about very many files', { timeout: 120_000 }, async (t) => {
  const busy = await Busy.start(t)
  const files = numbered(50_000).map((i) => ({ length: 10, path: [`folder ${i % 100}`, `file ${i}`] }))
  const info = { files, name: 'many', 'piece length': 1 << 20, pieces: Buffer.alloc(20) }
  const add = {
    ti: base64(Buffer.from(bencode({ info }))),
    save_path: busy.daemon.places.folder,
    flags: still,
  }
  await busy.call('torrents.add', add)
  const key = { info_hash: hashOf(info) }
  await busy.measure('listing its files', () => busy.call('torrents.files.list', key))
  await busy.measure('their priorities', () => busy.call('torrents.files.priorities', key))
})
