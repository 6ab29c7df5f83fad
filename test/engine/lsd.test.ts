import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { formatLsd, parseLsd } from '../../src/daemon/engine/host/lsd/message.ts'
import { localNetworks } from '../../src/daemon/engine/host/lsd/network.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'
import { listenLsd } from './support/lsd.ts'

const torrent = makeTorrent([file('a', 100_000)], 16384)
const open = { torrentFile: torrent.bytes, disableLsd: false }

async function seedFolder(t: TestContext): Promise<string> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  return folder
}

// mostly waiting, so several at a time
describe('local peers', { concurrency: 4 }, () => {
  test('two hosts of one network find each other', async (t) => {
    const [from, to] = [await seedFolder(t), await tempFolder(t)]
    const seeder = startEngine(t, { enable_lsd: true }, 'seeder')
    const leecher = startEngine(t, { enable_lsd: true }, 'leecher')
    await seeder.load(task(torrent.id, from, open))
    await seeder.until(torrent.id, 'seeds', complete(torrent))
    // a magnet link, which has nothing but the hash
    await leecher.load(task(torrent.id, to, { disableLsd: false }))
    await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('enable_lsd, disable_lsd and local_service_announce_interval count at once', async (t) => {
    const other = makeTorrent([file('b', 20_000)], 16384)
    const mine = makeTorrent([file('a', 20_000)], 16384)
    const listener = await listenLsd(t)
    const engine = startEngine(t)
    const folder = await tempFolder(t)
    await engine.load(task(mine.id, folder, { torrentFile: mine.bytes, disableLsd: false }))
    await engine.load(task(other.id, folder, { torrentFile: other.bytes, disableLsd: true }))
    const address = await engine.address()
    await engine.until(other.id, 'runs', (r) => r.phase === 'running')
    const lines = (id: string) => listener.heard.filter((line) => line.startsWith(id)).length
    assert.equal(lines(mine.id), 0)
    engine.configure({ ...quiet, enable_lsd: true, local_service_announce_interval: 1 })
    await until(() => lines(mine.id) >= 2, 'it is announced, and again')
    assert.equal(
      listener.heard.find((line) => line.startsWith(mine.id))!.split(' ')[1],
      address.split(':')[1],
    )
    assert.equal(lines(other.id), 0)
    await engine.call('update', { id: other.id, options: { disableLsd: false } })
    await engine.call('update', { id: mine.id, options: { disableLsd: true } })
    const before = lines(mine.id)
    await until(() => lines(other.id) >= 2, 'now the other one is')
    assert.equal(lines(mine.id), before)
    engine.configure({ ...quiet, enable_lsd: false })
    await new Promise((resolve) => setTimeout(resolve, 200))
    const after = lines(other.id)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    assert.equal(lines(other.id), after, 'silence')
    assert.equal(engine.state.listening, address)
  })

  test('an announcement of another torrent brings no peer, one of this torrent does', async (t) => {
    const mine = makeTorrent([file('a', 20_000)], 16384)
    const listener = await listenLsd(t)
    const called: string[] = []
    const peer = async (name: string) => {
      const server = createServer((socket) => {
        called.push(name)
        socket.destroy()
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      return (server.address() as { port: number }).port
    }
    const [wrong, right] = [await peer('wrong'), await peer('right')]
    const engine = startEngine(t, { enable_lsd: true })
    await engine.load(task(mine.id, await tempFolder(t), { torrentFile: mine.bytes, disableLsd: false }))
    await until(() => listener.heard.some((line) => line.startsWith(mine.id)), 'it listens')
    listener.say(makeTorrent([file('other', 20_000)], 16384).id, wrong)
    listener.say(mine.id, right)
    await until(() => called.includes('right'), 'the peer is called')
    assert.ok(!called.includes('wrong'))
  })
})

test('announcements of the local network: written as others read them, read as others write them', () => {
  const hash = 'ab'.repeat(20)
  const message = { port: 6881, infoHashes: [hash], cookie: 'me' }
  const bytes = formatLsd(message)
  assert.equal(
    bytes.toString(),
    `BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: ${hash}\r\ncookie: me\r\n\r\n\r\n`,
  )
  assert.deepEqual(parseLsd(bytes), message)
  const text = (...lines: string[]) => parseLsd(Buffer.from(lines.join('\r\n')))
  const first = 'BT-SEARCH * HTTP/1.1'
  assert.deepEqual(text(first, `INFOHASH: ${hash.toUpperCase()}`, 'port:1', `infohash: ${hash}`), {
    port: 1,
    infoHashes: [hash, hash],
    cookie: '',
  })
  for (const lines of [
    ['NOTIFY * HTTP/1.1', 'Port: 1', `Infohash: ${hash}`],
    [first, 'Port: 0', `Infohash: ${hash}`],
    [first, 'Port: 65536', `Infohash: ${hash}`],
    [first, `Infohash: ${hash}`],
    [first, 'Port: 1', 'Infohash: abc'],
    ['', ''],
  ])
    assert.equal(text(...lines), null, lines.join('|'))
})

test('local peers are of the networks that the listen address is in', () => {
  const [loopback, ...others] = localNetworks({ host: '127.0.0.1', port: 1 })
  assert.equal(loopback!.address, '127.0.0.1')
  assert.deepEqual(others, [])
  assert.ok(loopback!.holds('127.1.2.3'))
  assert.ok(!loopback!.holds('192.168.0.1'))
  assert.deepEqual(localNetworks({ host: '::1', port: 1 }), [])
  assert.ok(localNetworks({ host: '0.0.0.0', port: 1 }).length > 0)
})
