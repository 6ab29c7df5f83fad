// Who pauses a torrent and who resumes it: pause() and resume(), the raw flags, and the queue.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addRequestOf } from '../../../src/daemon/session/actions/add-request.ts'
import { pause, resume, setFlags } from '../../../src/daemon/session/actions/control.ts'
import {
  changedFlags,
  defaultFlags,
  flagBit,
  flagsForAdding,
  plainFlags,
} from '../../../src/daemon/session/torrent/flags.ts'
import { bencode } from '../../../src/metainfo/index.ts'
import { flagNames } from '../../../src/program/flag-names.ts'
import type { FlagChanges } from '../../../src/rpc/contract/types.ts'
import { base64, openSession, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [40_000]))

type Step = 'pause' | 'resume' | 'no slot' | 'slots' | FlagChanges

const managed: FlagChanges = { auto_managed: true }
const unmanaged: FlagChanges = { auto_managed: false }
const cases: [steps: Step[], paused: boolean, autoManaged: boolean][] = [
  [[], false, true],
  [['pause'], true, false],
  [['pause', 'pause'], true, false],
  [['pause', 'resume'], false, true],
  [['resume'], false, true],
  [[unmanaged], false, false],
  [[unmanaged, 'pause'], true, false],
  [[unmanaged, 'pause', 'resume'], false, false],
  [['no slot'], true, true],
  [['no slot', unmanaged], true, false],
  [['no slot', unmanaged, 'resume'], false, false],
  [['no slot', 'pause', 'slots'], true, false],
  [['no slot', 'pause', 'slots', 'resume'], false, true],
  [['no slot', 'pause', 'resume'], true, true],
  [['pause', managed], false, true],
  [['pause', managed, 'resume'], false, true],
  // The raw form forgets that the queue had it before.
  [['pause', { paused: false }], false, false],
  [['pause', { paused: false }, 'pause', 'resume'], false, false],
  [['pause', { paused: true }, 'resume'], false, false],
  [[{ paused: true }], false, true],
  [[{ paused: true, auto_managed: false }], true, false],
  [[{ paused: true, auto_managed: false }, 'resume'], false, false],
  [[{ paused: true, auto_managed: false }, { paused: false }], false, false],
  [['no slot', { paused: false, auto_managed: false }], false, false],
  [['no slot', { paused: false }], true, true],
  // Flags of other kinds leave it alone.
  [['pause', { sequential_download: true }, 'resume'], false, true],
]

// Mostly waiting, so several at a time.
describe('paused or not after', { concurrency: 8 }, () => {
  for (const [steps, paused, autoManaged] of cases) {
    const what = steps.map((step) => (typeof step === 'string' ? step : JSON.stringify(step))).join(', ')
    test(what || 'adding', async (t) => {
      const s = openSession(t)
      const record = s.add({ ti })
      await s.settle()
      for (const step of steps) {
        if (step === 'pause') pause(s.session, record)
        else if (step === 'resume') resume(s.session, record)
        else if (step === 'no slot') s.session.applySettings({ active_downloads: 0 })
        else if (step === 'slots') s.session.applySettings({ active_downloads: 3 })
        else setFlags(s.session, record, step)
        await s.settle()
      }
      const { flags } = s.status(record)
      assert.deepEqual([flags.includes('paused'), flags.includes('auto_managed')], [paused, autoManaged])
      assert.equal(s.engine.loaded.has(record.row.v1), !paused)
      await s.close()

      const again = openSession(t, { folder: s.store.path.replace(/\/state\.db$/, '') })
      await again.settle()
      const [same] = [...again.session.records]
      assert.deepEqual(again.status(same!).flags.toSorted(), flags.toSorted(), 'after a restart')
    })
  }
})

test('trackers and web seeds that are given join those of the torrent, or replace them', () => {
  const info = { name: 'x', length: 20, 'piece length': 16_384, pieces: Buffer.alloc(20) }
  const bytes = bencode({ announce: 'http://own/announce', 'url-list': ['http://own/'], info })
  const swarmSources = (flags: FlagChanges) => {
    const { trackers, webSeeds } = addRequestOf({
      ti: base64(bytes),
      save_path: '/x',
      trackers: ['http://given/announce'],
      url_seeds: ['http://given/'],
      flags,
    }).swarmSources
    return [trackers.map(({ url }) => url).toSorted(), webSeeds.toSorted()]
  }
  const [own, given] = ['http://own/', 'http://given/']
  const announce = (url: string) => `${url}announce`
  assert.deepEqual(swarmSources({}), [
    [announce(given), announce(own)],
    [given, own],
  ])
  assert.deepEqual(swarmSources({ override_trackers: true }), [[announce(given)], [given, own]])
  assert.deepEqual(swarmSources({ override_web_seeds: true }), [[announce(given), announce(own)], [given]])
})

test('flags when adding: defaults, changes, and what has no effect', () => {
  assert.deepEqual(flagsForAdding({}), { flags: defaultFlags, warnings: [] })
  const { flags, warnings } = flagsForAdding({
    sequential_download: true,
    paused: false,
    super_seeding: true,
    share_mode: false,
    update_subscribe: true,
    need_save_resume: false,
  })
  assert.deepEqual(plainFlags(flags), ['apply_ip_filter', 'sequential_download'])
  assert.equal(flags & flagBit.paused, 0)
  assert.deepEqual(warnings, ["the flag 'super_seeding' has no effect here"])
})

test('flags later: every name is taken, and those that do nothing say so when they are set', () => {
  const told = flagNames.filter((name) => changedFlags(0, { [name]: true }, () => false).warnings.length > 0)
  assert.deepEqual(told.toSorted(), [
    'default_dont_download',
    'duplicate_is_error',
    'i2p_torrent',
    'no_verify_files',
    'override_trackers',
    'override_web_seeds',
    'seed_mode',
    'share_mode',
    'super_seeding',
  ])
  for (const name of flagNames)
    assert.deepEqual(changedFlags(0, { [name]: false }, () => false).warnings, [], name)
  const cleared = changedFlags(flagBit.seed_mode, { seed_mode: false }, () => true)
  assert.deepEqual([cleared.flags, cleared.recheck], [0, true])
})
