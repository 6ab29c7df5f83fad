import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { Server } from 'bittorrent-tracker'
import type { BInput } from '../../src/metainfo/index.ts'
import { oddTracker, oddUdpTracker, type Query } from '../helpers/odd-tracker.ts'
import { until } from './support/engine.ts'
import { startTrackers, torrentId } from './support/trackers.ts'

const plain = { interval: 1800, complete: 3, incomplete: 4, downloaded: 5, peers: '' }
const soon = (seconds: number | null) => (seconds ?? 0) - Date.now() / 1000

describe('what trackers say', { concurrency: 4 }, () => {
  test('an answer, with all there may be in it', async (t) => {
    const tracker = await oddTracker(t, () => ({
      ...{ ...plain, interval: 1000, 'min interval': 500 },
      ...{ 'warning message': 'soon over', 'tracker id': 'a b', 'external ip': 'xxxx' },
    }))
    const run = startTrackers(t, [[`${tracker.url}?pass=word`]], { min_announce_interval: 1 })
    const one = await run.asked(`${tracker.url}?pass=word`)
    assert.deepEqual([one.verified, one.fails, one.message, one.lastError], [true, 0, 'soon over', ''])
    assert.deepEqual([one.complete, one.incomplete, one.downloaded, one.trackerId], [3, 4, 5, 'a b'])
    assert.deepEqual([one.startSent, one.completeSent], [true, false])
    assert.ok(Math.abs(soon(one.nextAnnounce) - 1000) < 30, String(soon(one.nextAnnounce)))
    assert.ok(Math.abs(soon(one.minAnnounce) - 500) < 30)
    const { swarmSeeds, swarmLeechers, currentTracker } = run.state
    assert.deepEqual([swarmSeeds, swarmLeechers, currentTracker], [3, 4, `${tracker.url}?pass=word`])
    const [query] = tracker.queries
    assert.equal(query!.get('pass'), 'word')
    assert.equal(Buffer.from(query!.get('info_hash')!, 'latin1').toString('hex'), torrentId)
    assert.equal(query!.get('peer_id')!.length, 20)
    await run.trackers.stop(5000)
    const last = tracker.queries.at(-1)!
    assert.deepEqual([last.get('event'), last.get('trackerid'), last.get('numwant')], ['stopped', 'a b', '0'])
  })

  test('failures: each is told apart, and the next tracker takes over', async (t) => {
    const words: [BInput | 404 | 410 | 'garbage', string, string, number][] = [
      [{ 'failure reason': 'not you' }, 'libtorrent:173', 'not you', 1800],
      [{ 'failure reason': 'later', 'retry in': 10 }, 'libtorrent:173', 'later', 600],
      [{ 'failure reason': 'go', 'retry in': 'never' }, 'libtorrent:173', 'go', 1800],
      [404, 'http:404', 'Not Found', 17],
      [410, 'http:410', 'Gone', 17],
      ['garbage', 'bdecode:4', '', 1800],
    ]
    const failing = await Promise.all(
      words.map(([what]) =>
        oddTracker(t, (_query, _request, response) => {
          if (typeof what === 'number') response.writeHead(what).end()
          else if (what === 'garbage') response.end('<html>')
          else return what
        }),
      ),
    )
    const good = await oddTracker(t, () => plain)
    const refused = 'http://127.0.0.1:9/announce'
    const run = startTrackers(t, [...failing.map(({ url }) => [url]), [refused], ['gopher://x'], [good.url]])
    await run.asked(good.url)
    for (const [i, [, code, message, wait]] of words.entries()) {
      const one = await run.asked(failing[i]!.url)
      assert.deepEqual([one.fails, one.verified, one.lastError, one.message], [1, false, code, message])
      assert.ok(Math.abs(soon(one.nextAnnounce) - wait) < 10, `${code}: ${soon(one.nextAnnounce)}`)
      assert.equal(one.failLimit, message === 'go' || code === 'http:410' ? 1 : 0)
    }
    const other = await run.asked(refused)
    assert.deepEqual([other.lastError, other.message], ['system:111', ''])
    assert.equal((await run.asked('gopher://x')).lastError, 'libtorrent:24')
    assert.equal(run.state.currentTracker, good.url)
  })

  test('a failed one is last of its tier, the one that works first', async (t) => {
    const bad = await oddTracker(t, () => ({ 'failure reason': 'no' }))
    const good = await oddTracker(t, () => plain)
    const run = startTrackers(t, [[bad.url, good.url]], { tracker_backoff: 0 })
    await run.asked(good.url)
    const urls = run.state.trackers.map(({ url }) => url)
    assert.deepEqual(urls, [good.url, bad.url])
  })

  test('peers: compact, IPv6, and as dictionaries', async (t) => {
    const compact = Buffer.from([192, 0, 2, 1, 4, 0, 192, 0, 2, 2, 0, 0])
    const six = Buffer.concat([Buffer.alloc(15), Buffer.from([1, 0, 9])])
    const dictionaries = [
      { ip: '192.0.2.3', port: 5, 'peer id': 'x'.repeat(20) },
      { ip: '2001:db8:0:0::1', port: 6 },
      { ip: 'host.test', port: 7 },
      { ip: '192.0.2.4', port: 70000 },
      'nonsense',
    ]
    for (const [answer, expected] of [
      [{ peers: compact, peers6: six }, ['192.0.2.1:1024', '[::1]:9']],
      [{ peers: dictionaries }, ['192.0.2.3:5', '[2001:db8::1]:6', 'host.test:7']],
    ] as const) {
      const tracker = await oddTracker(t, () => ({ ...plain, ...answer }) as BInput)
      const run = startTrackers(t, [[tracker.url]])
      await run.asked(tracker.url)
      assert.deepEqual(run.peers, expected)
    }
  })

  test('over UDP: an error, datagrams that get lost, and the same connection id for the next', async (t) => {
    const seen: number[] = []
    let lost = 1
    const url = await oddUdpTracker(t, (message, send) => {
      const what = message.readUInt32BE(8)
      seen.push(what)
      if (lost-- > 0) return
      const transaction = message.subarray(12, 16)
      if (what === 0) send(Buffer.concat([Buffer.from([0, 0, 0, 0]), transaction, Buffer.from('abcdefgh')]))
      else {
        assert.equal(message.toString('latin1', 0, 8), 'abcdefgh')
        assert.equal(message.toString('latin1', 100), '/announce?key=1', 'BEP 41')
        const failed = seen.filter((one) => one === 1).length === 1
        if (failed) send(Buffer.concat([Buffer.from([0, 0, 0, 3]), transaction, Buffer.from('busy')]))
        else {
          const numbers = Buffer.alloc(12)
          numbers.writeUInt32BE(900, 0)
          numbers.writeUInt32BE(7, 4)
          numbers.writeUInt32BE(8, 8)
          send(Buffer.concat([Buffer.from([0, 0, 0, 1]), transaction, numbers]))
        }
      }
    })
    const run = startTrackers(t, [[url]], { tracker_receive_timeout: 1 })
    const one = await run.asked(url)
    assert.deepEqual([one.fails, one.message, one.lastError], [1, 'busy', 'libtorrent:173'])
    run.trackers.reannounce(null, 0, false)
    await until(() => run.at(url)?.verified === true, 'it answers')
    const { complete, incomplete } = run.at(url)!
    assert.deepEqual([complete, incomplete], [8, 7])
    await run.trackers.stop(5000)
    // the error may have meant that the id is no longer good
    assert.deepEqual(seen, [0, 0, 1, 0, 1, 1])
  })

  test('over WebSocket: started and stopped, and a refused connection is a failure', async (t) => {
    const server = new Server({ http: true, udp: false, ws: true, stats: false })
    server.listen(0, { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' })
    await once(server, 'listening')
    t.after(() => new Promise<void>((resolve) => server.close(resolve)))
    const heard: string[] = []
    for (const event of ['start', 'stop']) server.on(event, () => heard.push(event))
    const url = `ws://127.0.0.1:${(server.http.address() as AddressInfo).port}`
    const refused = 'ws://127.0.0.1:9'
    // nobody is wanted, so no WebRTC connection is prepared
    const run = startTrackers(t, [[refused], [url]], { num_want: 0, announce_to_all_trackers: true })
    assert.deepEqual([(await run.asked(url)).verified, run.at(url)!.incomplete], [true, 1])
    assert.equal((await run.asked(refused)).verified, false)
    assert.equal(run.state.currentTracker, url)
    await run.trackers.stop(5000)
    await until(() => heard.length === 2, 'it hears that we leave')
    assert.deepEqual(heard, ['start', 'stop'])
  })

  test('scraping: numbers of the first tracker that has them, and nothing breaks when none does', async (t) => {
    const hash = Buffer.from(torrentId, 'hex')
    const scraped: string[] = []
    const tracker = await oddTracker(t, (_query, request, response) => {
      scraped.push(request.url ?? '')
      const numbers = Buffer.from('d8:completei1e10:downloadedi3e10:incompletei2ee')
      response.end(Buffer.concat([Buffer.from('d5:filesd20:'), hash, numbers, Buffer.from('ee')]))
    })
    const udp = await oddUdpTracker(t, (message, send) => {
      const reply = Buffer.alloc(20)
      message.copy(reply, 0, 8, 16)
      for (const [i, n] of [4, 5, 6].entries()) reply.writeUInt32BE(n, 8 + 4 * i)
      send(message.readUInt32BE(8) === 0 ? reply.subarray(0, 16) : reply)
    })
    const { net } = startTrackers(t, [], { ssrf_mitigation: false })
    const without = 'http://127.0.0.1:9/tracker'
    const bad = [without, 'http://127.0.0.1:9/announce', 'wss://127.0.0.1:9', 'nonsense']
    const url = tracker.url.replace('/announce', '/x/announce.php?pass=1')
    const first = await net.scrapeAny([...bad, url, udp], torrentId)
    assert.deepEqual(first, { url, complete: 1, incomplete: 2, downloaded: 3 })
    assert.match(scraped.join(), /^\/x\/scrape\.php\?pass=1&info_hash=Z{20}$/)
    const second = await net.scrapeAny([...bad, udp], torrentId)
    assert.deepEqual(second, { url: udp, complete: 4, downloaded: 5, incomplete: 6 })
    assert.equal(await net.scrapeAny(bad, torrentId), null)
  })

  test('an announce on demand waits for the least interval, and for nothing else', async (t) => {
    const tracker = await oddTracker(
      t,
      (): BInput => ({ ...plain, 'min interval': tracker.queries.length > 1 ? 600 : 0 }),
    )
    const run = startTrackers(t, [[tracker.url]])
    await run.asked(tracker.url)
    run.trackers.reannounce(null, 100, false)
    await until(() => tracker.queries.length === 2, 'it is asked again')
    await run.asked(tracker.url)
    run.trackers.reannounce(tracker.url, 0, false)
    await until(() => soon(run.at(tracker.url)!.nextAnnounce) < 700, 'it is planned')
    assert.ok(soon(run.at(tracker.url)!.nextAnnounce) > 500)
    assert.equal(tracker.queries.length, 2)
    assert.deepEqual(
      tracker.queries.map((query: Query) => query.get('event')),
      ['started', undefined],
    )
    // libtorrent: torrent_handle::ignore_min_interval
    run.trackers.reannounce(tracker.url, 0, true)
    await until(() => tracker.queries.length === 3, 'it is asked at once')
  })

  test('when the next announce is planned is told, and what a scrape finds of a torrent that runs', async (t) => {
    const tracker = await oddTracker(t, () => ({ ...plain, interval: 900 }))
    const run = startTrackers(t, [[tracker.url]])
    assert.equal(run.state.nextAnnounce, 0, 'it is being asked')
    await run.asked(tracker.url)
    assert.ok(Math.abs(soon(run.state.nextAnnounce) - 900) < 30, String(run.state.nextAnnounce))
    run.trackers.scraped({ url: tracker.url, complete: 30, incomplete: -1, downloaded: 50 })
    const { complete, incomplete, downloaded } = run.at(tracker.url)!
    assert.deepEqual([complete, incomplete, downloaded], [30, 4, 50])
    assert.deepEqual([run.state.swarmSeeds, run.state.swarmLeechers], [30, 4])
    run.trackers.scraped({ url: 'http://127.0.0.1:9/announce', complete: 99, incomplete: 99, downloaded: 99 })
    assert.equal(run.state.swarmSeeds, 30)
  })
})
