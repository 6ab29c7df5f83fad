import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitUntil } from '../helpers/wait-until.ts'
import { serve } from '../helpers/web-server.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'

describe('web seeds', { concurrency: 4 }, () => {
  test('a single file, by its url or by that of its folder', async (t) => {
    const torrent = makeTorrent([file('a file #1 100%?.bin', 3_000_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from)
    for (const url of [`${server.url}/a%20file%20%231%20100%25%3F.bin`, `${server.url}/`]) {
      const to = await tempFolder(t)
      const engine = startEngine(t, { user_agent: 'seeker/1' }, url)
      await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [url] }))
      const got = await engine.until(torrent.id, 'has all', complete(torrent))
      assert.deepEqual(await wrongFiles(to, torrent.files), [])
      assert.equal(got.payloadDownload, 3_000_000)
    }
    assert.deepEqual([...new Set(server.asked)], ['/a%20file%20%231%20100%25%3F.bin'])
    assert.deepEqual([...server.agents], ['seeker/1'])
  })

  test('many files with pad files, empty files and names that need escaping', async (t) => {
    const pad = (size: number) => ({ path: `top & co/.pad/${size}`, bytes: new Uint8Array(size), attr: 'p' })
    const torrent = makeTorrent(
      [
        file('top & co/ü/a+b=c;d,e.bin', 100_000),
        pad(31_072),
        file('top & co/empty', 0),
        file('top & co/#?%41 "x".bin', 300_001),
        pad(27_679),
        ...Array.from({ length: 60 }, (_, i) => file(`top & co/d${i % 3}/${i} [x].txt`, 1 + i * 111)),
      ],
      65536,
    )
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from)
    const to = await tempFolder(t)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [server.url] }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    await engine.until(torrent.id, 'it is let go', (report) => report.peers === 0)
    assert.ok(!server.asked.some((path) => path.includes('.pad') || path.endsWith('/empty')))
  })

  test('files whose names had to be changed on this disk are asked for by their own', async (t) => {
    const torrent = makeTorrent(
      [
        file('t\t/a\tb', 40_000),
        file('t\t/A.txt', 30_000),
        file('t\t/a.txt', 20_000),
        file(`t\t/${'n'.repeat(250)}`, 9),
      ],
      16384,
    )
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from)
    const to = await tempFolder(t)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [server.url] }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    const paths = ['t_/a_b', 't_/A.txt', 't_/a.1.txt', `t_/${'n'.repeat(240)}`]
    const here = torrent.files.map(({ bytes }, index) => ({ path: paths[index]!, bytes }))
    assert.deepEqual(await wrongFiles(to, here), [])
  })

  test('a folder of one file is a folder', async (t) => {
    const torrent = makeTorrent([file('top/only', 200_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from)
    const to = await tempFolder(t)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [`${server.url}/`] }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual([...new Set(server.asked)], ['/top/only'])
  })

  test('a server without ranges will do while little is sent in vain', async (t) => {
    const torrent = makeTorrent([file('top/a', 150_000), file('top/b', 5000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from, { ranges: false })
    const to = await tempFolder(t)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [server.url] }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('one that fails rests while the next one gives, and is asked again later', async (t) => {
    const torrent = makeTorrent([file('top/a', 2_000_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    let broken = true
    const bad = await serve(t, from, {
      instead: (_, response) => void response.writeHead(broken ? 503 : 404).end('no'),
    })
    const good = await serve(t, from)
    const settings = { max_web_seed_connections: 1, urlseed_wait_retry: 1, download_rate_limit: 1_000_000 }
    const engine = startEngine(t, settings)
    const to = await tempFolder(t)
    const webSeeds = [`${bad.url}/`, `${good.url}/`, 'ftp://127.0.0.1/', 'nonsense']
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds }))
    await engine.until(torrent.id, 'has all', complete(torrent))
    broken = false
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    // urlseed_pipeline_size requests at once
    assert.ok(bad.asked.length <= 5, `the broken one was asked ${bad.asked.length} times`)
    assert.ok(engine.log.some((line) => /ftp:.* is no http or https url/.test(line)))
    assert.ok(engine.log.some((line) => line.includes('it answered 503')))

    const again = startEngine(t, settings, 'again')
    const other = await tempFolder(t)
    await again.load(task(torrent.id, other, { torrentFile: torrent.bytes, webSeeds: [`${bad.url}/`] }))
    const before = bad.asked.length
    await waitUntil('it is asked a third time', () => bad.asked.length > before + 8, { timeoutMs: 8000 })
  })

  test('one that sends wrong bytes is not asked again', async (t) => {
    const torrent = makeTorrent([file('top/a', 400_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, [{ path: 'top/a', bytes: new Uint8Array(400_000) }])
    const liar = await serve(t, from)
    const engine = startEngine(t, { urlseed_wait_retry: 1 })
    const to = await tempFolder(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [`${liar.url}/`] }))
    await engine.until(torrent.id, 'counted', (report) => (report.failedBytes ?? 0) > 0)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    assert.ok(liar.asked.length <= 8, `it was asked ${liar.asked.length} times`)
  })

  test('one that falls silent is given up after urlseed_timeout', async (t) => {
    const torrent = makeTorrent([file('top/a', 400_000)], 65536)
    const silent = await serve(t, await tempFolder(t), { instead: () => {} })
    const engine = startEngine(t, { urlseed_timeout: 1 })
    const to = await tempFolder(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [`${silent.url}/`] }))
    await waitUntil('it is given up', () => engine.log.some((line) => line.includes('no answer for 1 s')))
  })

  test('one may be added to a torrent that runs, and taken away', async (t) => {
    const torrent = makeTorrent([file('top/a', 2_000_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    const server = await serve(t, from)
    const engine = startEngine(t, { download_rate_limit: 1_000_000 })
    const to = await tempFolder(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes }))
    await engine.until(torrent.id, 'runs', ({ phase }) => phase === 'running')
    await engine.call('update', { id: torrent.id, options: { webSeeds: [`${server.url}/`] } })
    await engine.until(torrent.id, 'has some', ({ payloadDownload }) => (payloadDownload ?? 0) > 0)
    const [peer] = await engine.call('peerInfo', { id: torrent.id })
    assert.equal(peer?.address, `${server.url}/`)
    assert.equal(peer?.client, `URL seed @ ${new URL(server.url).host}`)
    assert.equal(peer?.connection_type, 2)
    await engine.call('update', { id: torrent.id, options: { webSeeds: [] } })
    await waitUntil(
      'it is let go',
      async () => (await engine.call('peerInfo', { id: torrent.id })).length === 0,
    )
    await engine.call('update', { id: torrent.id, options: { webSeeds: [`${server.url}/`] } })
    await engine.until(torrent.id, 'has all', complete(torrent))
  })

  test('with ban_web_seeds off one that sends wrong bytes only rests', async (t) => {
    const torrent = makeTorrent([file('top/a', 65536)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, [{ path: 'top/a', bytes: new Uint8Array(65536) }])
    const server = await serve(t, from)
    const engine = startEngine(t, { urlseed_wait_retry: 1, ban_web_seeds: false })
    const to = await tempFolder(t)
    await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [`${server.url}/`] }))
    await engine.until(torrent.id, 'counted', (report) => (report.failedBytes ?? 0) > 0)
    await writeFiles(from, torrent.files)
    await engine.until(torrent.id, 'has all', complete(torrent))
    assert.ok(server.asked.length <= 6, `it was asked ${server.asked.length} times`)
  })

  test('as many requests as urlseed_pipeline_size at a time', async (t) => {
    const torrent = makeTorrent([file('top/a', 3_000_000)], 65536)
    const from = await tempFolder(t)
    await writeFiles(from, torrent.files)
    for (const size of [1, 3]) {
      let [open, most] = [0, 0]
      const server = await serve(t, from, {
        instead: (request, response) => {
          most = Math.max(most, ++open)
          const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
          setTimeout(() => {
            open--
            const bytes = torrent.files[0]!.bytes.subarray(Number(first), Number(last) + 1)
            response.writeHead(206, { 'content-range': `bytes ${first}-${last}/3000000` }).end(bytes)
          }, 15)
        },
      })
      const engine = startEngine(t, { urlseed_pipeline_size: size }, `${size}`)
      const to = await tempFolder(t)
      await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, webSeeds: [`${server.url}/`] }))
      await engine.until(torrent.id, 'has all', complete(torrent))
      assert.equal(most, size)
    }
  })
})
