import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { version } from '../../src/program/version.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { listen } from '../helpers/listen.ts'
import { type OddTracker, oddTracker, oddUdpTracker } from '../helpers/odd-tracker.ts'
import { selfSigned } from '../helpers/self-signed.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'
import { type RunningTrackers, startTrackers } from './support/trackers.ts'

const torrent = makeTorrent([file('a', 20_000)], 16384)
const plain = { interval: 1800, complete: 1, incomplete: 0, peers: '' }

async function secondsToFail(run: RunningTrackers, url: string): Promise<[seconds: number, error: string]> {
  const start = performance.now()
  const { lastError } = await run.asked(url)
  return [(performance.now() - start) / 1000, lastError]
}

describe('settings of trackers', { concurrency: 4 }, () => {
  test('announce_to_all_trackers means tiers and announce_to_all_tiers means trackers, as in libtorrent', async (t) => {
    const trackers = await Promise.all([0, 1, 2, 3].map(() => oddTracker(t, () => plain)))
    const [a, b, c, d] = trackers as [OddTracker, OddTracker, OddTracker, OddTracker]
    const tiers = [
      [a.url, b.url],
      [c.url, d.url],
    ]
    const counts = () => trackers.map(({ queries }) => queries.length)
    const sums = () => [counts()[0]! + counts()[1]!, counts()[2]! + counts()[3]!]
    const run = startTrackers(t, tiers)
    await until(() => sums()[0] === 1, 'one is asked')
    await run.asked(run.state.trackers[0]!.url)
    run.configure({ announce_to_all_trackers: true })
    await until(() => sums()[1] === 1, 'one of the next tier is asked')
    assert.equal(sums()[0], 1)
    await run.trackers.stop(5000)
    for (const { queries } of trackers) queries.length = 0
    const other = startTrackers(t, tiers, { announce_to_all_tiers: true })
    await until(() => sums()[0] === 2, 'both of the first tier are asked')
    assert.equal(sums()[1], 0)
    other.configure({ announce_to_all_tiers: true, announce_to_all_trackers: true })
    await until(() => counts().every((n) => n === 1), 'all are asked')
  })

  test('what they are told: who and where we are, how many peers we want', async (t) => {
    const tracker = await oddTracker(t, () => plain)
    const settings = {
      ...{ announce_ip: '192.0.2.7', announce_port: 4321, num_want: 17, user_agent: 'someone/1' },
      ...{ announce_crypto_support: false, report_redundant_bytes: false },
    }
    await startTrackers(t, [[tracker.url]], settings).asked(tracker.url)
    const other = await oddTracker(t, () => plain)
    await startTrackers(t, [[other.url]]).asked(other.url)
    const told = ({ queries, requests }: OddTracker) => [
      ...['ip', 'numwant', 'supportcrypto', 'redundant'].map((name) => queries[0]!.get(name)),
      requests[0]!.headers['user-agent'],
    ]
    assert.deepEqual(told(tracker), ['192.0.2.7', '17', undefined, undefined, 'someone/1'])
    assert.deepEqual(told(other), [undefined, '200', '1', '0', `porla-lua/${version}`])
    assert.equal(tracker.queries[0]!.get('port'), '4321')
  })

  test('announce_ip and num_want over UDP', async (t) => {
    const told: unknown[] = []
    const url = await oddUdpTracker(t, (message, send) => {
      const reply = Buffer.alloc(20)
      message.copy(reply, 0, 8, 16)
      if (message.readUInt32BE(8) === 1)
        told.push([...message.subarray(84, 88)].join('.'), message.readInt32BE(92))
      send(message.readUInt32BE(8) === 0 ? reply.subarray(0, 16) : reply)
    })
    await startTrackers(t, [[url]], { announce_ip: '192.0.2.7', num_want: 5 }).asked(url)
    assert.deepEqual(told, ['192.0.2.7', 5])
  })

  test('udp_tracker_token_expiry: how long a UDP tracker is not asked for a new connection id', async (t) => {
    for (const [seconds, expected] of [
      [60, [0, 1, 1]],
      [0, [0, 1, 0, 1]],
    ] as const) {
      const seen: number[] = []
      const url = await oddUdpTracker(t, (message, send) => {
        const reply = Buffer.alloc(20)
        message.copy(reply, 0, 8, 16)
        seen.push(message.readUInt32BE(8))
        send(seen.at(-1) === 0 ? reply.subarray(0, 16) : reply)
      })
      const run = startTrackers(t, [[url]], { udp_tracker_token_expiry: seconds })
      await run.asked(url)
      await run.trackers.stop(5000)
      assert.deepEqual(seen, expected)
    }
  })

  test('min_announce_interval: nobody is asked more often', async (t) => {
    const tracker = await oddTracker(t, () => ({ ...plain, interval: 1, 'min interval': 0 }))
    const eager = await oddTracker(t, () => ({ ...plain, interval: 1, 'min interval': 0 }))
    const slow = await startTrackers(t, [[tracker.url]]).asked(tracker.url)
    const wait = slow.nextAnnounce! - Date.now() / 1000
    assert.ok(wait > 250 && wait <= 301, String(wait))
    startTrackers(t, [[eager.url]], { min_announce_interval: 1 })
    await until(() => eager.queries.length >= 2, 'it is asked again')
  })

  test('ssrf_mitigation: only what looks like a tracker on this machine', async (t) => {
    const admin = await oddTracker(t, () => plain, { path: '/admin/delete' })
    const redirect = await oddTracker(t, (_query, _request, response) => {
      response.writeHead(302, { location: admin.url }).end()
    })
    const named = admin.url.replace('127.0.0.1', 'localhost')
    const engine = startTrackers(t, [[admin.url], [named], [redirect.url]])
    for (const { url } of [admin, { url: named }, redirect]) {
      assert.equal((await engine.asked(url)).lastError, 'libtorrent:201')
    }
    assert.equal(admin.queries.length, 0)
    const open = startTrackers(t, [[redirect.url]], { ssrf_mitigation: false })
    assert.equal((await open.asked(redirect.url)).verified, true)
  })

  test('allow_idna: no names in other scripts unless allowed', async (t) => {
    const urls = ['http://trácker.invalid/announce', 'udp://xn--trcker-gta.invalid:1/announce']
    const refusing = startTrackers(t, [urls])
    const allowing = startTrackers(t, [urls], { allow_idna: true })
    for (const url of urls) {
      assert.equal((await refusing.asked(url)).lastError, 'libtorrent:202')
      assert.match((await allowing.asked(url)).lastError, /^(asio\.netdb:|system:)/)
    }
  })

  test('validate_https_trackers: a certificate has to be good', async (t) => {
    const tracker = await oddTracker(t, () => plain, { tls: selfSigned })
    const strict = await startTrackers(t, [[tracker.url]]).asked(tracker.url)
    assert.deepEqual([strict.fails, strict.lastError], [1, 'asio.ssl:167772294'])
    const lax = await startTrackers(t, [[tracker.url]], { validate_https_trackers: false }).asked(tracker.url)
    assert.equal(lax.verified, true)
  })

  test('tracker_receive_timeout, tracker_completion_timeout and stop_tracker_timeout', async (t) => {
    const silent = await oddTracker(t, () => undefined)
    const slow = await oddTracker(t, (_query, _request, response) => {
      const timer = setInterval(() => response.write('x'), 200)
      response.once('close', () => clearInterval(timer))
    })
    const receive = startTrackers(t, [[silent.url]], { tracker_receive_timeout: 1 })
    const [first, firstError] = await secondsToFail(receive, silent.url)
    const whole = startTrackers(t, [[slow.url]], { tracker_completion_timeout: 1 })
    const [second, secondError] = await secondsToFail(whole, slow.url)
    assert.deepEqual([firstError, secondError], ['libtorrent:36', 'libtorrent:36'])
    assert.ok(first < 8 && second < 8, `${first} ${second}`)
    const good = await oddTracker(t, () => plain)
    const mute = startTrackers(t, [[good.url]], { stop_tracker_timeout: 0 })
    await mute.asked(good.url)
    await mute.trackers.stop(5000)
    const last = startTrackers(t, [[good.url]])
    await last.asked(good.url)
    await last.trackers.stop(5000)
    assert.deepEqual(
      good.queries.map((query) => query.get('event')),
      ['started', 'started', 'stopped'],
    )
  })

  test('tracker_maximum_response_length', async (t) => {
    const tracker = await oddTracker(t, () => ({ ...plain, padding: 'x'.repeat(1000) }))
    const one = await startTrackers(t, [[tracker.url]], { tracker_maximum_response_length: 1000 }).asked(
      tracker.url,
    )
    assert.equal(one.lastError, 'generic:27')
    assert.equal((await startTrackers(t, [[tracker.url]]).asked(tracker.url)).verified, true)
  })

  test('max_concurrent_http_announces: many torrents ask one after the other', async (t) => {
    const tracker = await oddTracker(t, (_query, _request, response) => {
      setTimeout(() => response.end('d8:intervali1800e5:peers0:e'), 20)
    })
    const settings = { max_concurrent_http_announces: 3, announce_to_all_tiers: true }
    startTrackers(t, [Array.from({ length: 30 }, (_, i) => `${tracker.url}?${i}`)], settings)
    await until(() => tracker.queries.length === 30, 'all were asked')
    assert.equal(tracker.most, 3)
  })

  test('tracker_backoff', async (t) => {
    const wait = async (percent: number) => {
      const tracker = await oddTracker(t, (_query, _request, response) => void response.writeHead(404).end())
      const { nextAnnounce } = await startTrackers(t, [[tracker.url]], { tracker_backoff: percent }).asked(
        tracker.url,
      )
      return nextAnnounce! - Date.now() / 1000
    }
    const [short, long] = [await wait(0), await wait(2000)]
    assert.ok(short <= 5 && long > 90 && long <= 105, `${short} ${long}`)
  })

  test('prefer_udp_trackers', async (t) => {
    const tracker = await oddTracker(t, () => plain)
    const udp = await oddUdpTracker(t, () => {})
    const first = (settings: Settings) =>
      startTrackers(t, [[tracker.url], [udp]], settings).state.trackers[0]!.url
    assert.equal(first({}), udp)
    assert.equal(first({ prefer_udp_trackers: false }), tracker.url)
  })

  test('report_true_downloaded: bad pieces count, or do not', async (t) => {
    const big = makeTorrent([file('a', 65_536)], 16384)
    const bad = await tempFolder(t)
    await writeFiles(bad, [{ ...big.files[0]!, bytes: new Uint8Array(65_536) }])
    const liar = startEngine(t, {}, 'liar')
    await liar.load(task(big.id, bad, { torrentFile: big.bytes, have: new Uint8Array([0xf0]) }))
    const peers = [await liar.address()]
    const engine = startEngine(t)
    for (const truth of [false, true]) {
      const tracker = await oddTracker(t, () => ({ ...plain, 'min interval': 0 }))
      engine.configure({ ...quiet, report_true_downloaded: truth })
      const trackers = [{ url: tracker.url, tier: 0 }]
      await engine.load(task(big.id, await tempFolder(t), { torrentFile: big.bytes, trackers, peers }))
      await engine.until(big.id, 'got a bad piece', (report) => (report.failedBytes ?? 0) > 0)
      await engine.call('reannounce', { id: big.id, url: null, afterMs: 0, ignoreMinInterval: false })
      await until(() => tracker.queries.length > 1, 'it is asked again')
      const query = tracker.queries.at(-1)!
      assert.ok(Number(query.get('corrupt')) >= 16384)
      assert.equal(Number(query.get('downloaded')) >= Number(query.get('corrupt')), truth)
    }
  })

  test('report_web_seed_downloads: what came from web seeds counts, or does not', async (t) => {
    const server = createServer((request, response) => {
      const [, from = '0', to = ''] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
      const { bytes } = torrent.files[0]!
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` })
      response.end(bytes.subarray(Number(from), Number(to) + 1))
    })
    const webSeeds = [`http://127.0.0.1:${await listen(t, server)}/a`]
    const engine = startEngine(t)
    for (const counts of [true, false]) {
      const tracker = await oddTracker(t, () => plain)
      engine.configure({ ...quiet, report_web_seed_downloads: counts })
      const trackers = [{ url: tracker.url, tier: 0 }]
      await engine.load(
        task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers, webSeeds }),
      )
      await engine.until(torrent.id, 'has all', complete(torrent))
      await until(() => tracker.queries.length === 2, 'the tracker hears that it is complete')
      const last = tracker.queries.at(-1)!
      assert.deepEqual([last.get('event'), last.get('downloaded')], ['completed', counts ? '20000' : '0'])
    }
  })
})
