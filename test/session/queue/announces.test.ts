import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../../src/daemon/session/actions/control.ts'
import { addTracker, replaceTrackers, trackersOf } from '../../../src/daemon/session/actions/trackers.ts'
import type { TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import { waitUntil } from '../../helpers/wait-until.ts'
import { openSession, type TestSession } from '../harness.ts'

const tracker = { url: 'http://127.0.0.1:1/announce', tier: 0 }

/** Whether each announces to trackers, DHT and local network: as its status says it, which must be what the host hears. */
function announces(s: TestSession, records: TorrentRecord[]): string[] {
  return records.map((record) => {
    const status = s.status(record)
    const read = [status.announcing_to_trackers, status.announcing_to_dht, status.announcing_to_lsd]
    const task = s.engine.loaded.get(record.row.v1)
    assert.notEqual(task?.trackers.length, 0)
    if (task) assert.deepEqual([!task.disableTrackers, !task.disableDht, !task.disableLsd], read)
    else assert.deepEqual(read, [false, false, false])
    return read.map(Number).join('')
  })
}

test('active_tracker_limit, active_dht_limit and active_lsd_limit: the first of the queue announce', async (t) => {
  const limits = { active_tracker_limit: 2, active_dht_limit: 1, active_lsd_limit: 0 }
  const s = openSession(t, { settings: { ...limits, active_downloads: 4 } })
  const add = (n: number) => s.add({ info_hash: n.toString(16).padStart(40, '0'), trackers: [tracker.url] })
  const records = [1, 2, 3, 4, 5].map(add)
  const unmanaged = s.add({
    info_hash: '9'.repeat(40),
    trackers: [tracker.url],
    flags: { auto_managed: false, paused: false },
  })
  await s.settle()
  assert.deepEqual(announces(s, [...records, unmanaged]), ['110', '100', '000', '000', '000', '111'])
  pause(s.session, records[0]!)
  await s.settle()
  assert.deepEqual(announces(s, records), ['000', '110', '100', '000', '000'])
  s.session.applySettings({ active_tracker_limit: -1, active_dht_limit: 3, active_lsd_limit: 1600 })
  await s.settle()
  assert.deepEqual(announces(s, records), ['000', '111', '111', '111', '101'])
})

test('trackers are kept with their source, and what was seen of them is not lost with the load', async (t) => {
  const s = openSession(t)
  const record = s.add({ info_hash: '12'.repeat(20), trackers: [tracker.url] })
  addTracker(s.session, record, 'udp://127.0.0.2:1', 1)
  await s.settle()
  const id = record.row.v1
  const seen = {
    ...{ ...tracker, trackerId: 'x', failLimit: 0, verified: true, fails: 0, message: '', lastError: '' },
    ...{ nextAnnounce: 2e9, minAnnounce: 1e9, updating: false, startSent: true, completeSent: false },
    ...{ complete: 1, incomplete: 2, downloaded: -1 },
  }
  const failed = {
    ...seen,
    url: 'udp://127.0.0.2:1',
    tier: 1,
    verified: false,
    fails: 2,
    lastError: 'system:111',
  }
  s.engine.say({ id, trackers: [seen, failed] })
  const show = () =>
    trackersOf(s.session, record).map(({ url, tier, source, verified, trackerid, endpoints: [ep] }) => {
      const v1 = ep?.info_hashes[0]
      return [
        url,
        tier,
        source,
        verified,
        trackerid,
        v1?.fails,
        v1?.last_error,
        v1?.next_announce,
        v1?.start_sent,
      ]
    })
  assert.deepEqual(show(), [
    [tracker.url, 0, 4, true, 'x', 0, 'system:0', 2e9, true],
    ['udp://127.0.0.2:1', 1, 2, false, 'x', 2, 'system:111', 2e9, true],
  ])
  pause(s.session, record)
  await s.settle()
  assert.deepEqual(show()[0], [tracker.url, 0, 4, true, 'x', 0, 'system:0', -(2 ** 31), false])
  replaceTrackers(s.session, record, [{ url: 'http://127.0.0.3/announce' }])
  assert.deepEqual(s.store.swarmSources(record.row.id).trackers, [
    { url: 'http://127.0.0.3/announce', tier: 0, source: 2 },
  ])
  assert.deepEqual(show()[0]?.slice(0, 5), ['http://127.0.0.3/announce', 0, 2, false, ''])
})

test('auto_scrape_interval and auto_scrape_min_interval: torrents that wait in the queue, one after the other', async (t) => {
  const s = openSession(t, {
    settings: { active_downloads: 1, auto_scrape_interval: 1, auto_scrape_min_interval: 1 },
  })
  const add = (n: number) => s.add({ info_hash: `${n}`.repeat(40), trackers: [tracker.url] })
  const records = [1, 2, 3].map(add)
  const still = s.add({ info_hash: '4'.repeat(40), trackers: [tracker.url], flags: { auto_managed: false } })
  await s.settle()
  const scraped = () => s.engine.calls.filter((call) => call.startsWith('scrape'))
  await waitUntil('two were asked for', () => scraped().length >= 2)
  assert.deepEqual(new Set(scraped()), new Set([2, 3].map((n) => `scrape ${`${n}`.repeat(40)}`)))
  const swarm = (record: TorrentRecord) => [s.status(record).num_complete, s.status(record).num_incomplete]
  assert.deepEqual([...records, still].map(swarm), [
    [-1, -1],
    [5, 6],
    [5, 6],
    [-1, -1],
  ])
})
