// STATE.md says who may write which part of a record; this holds the code to it.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../helpers/program.ts'

/** A group of TorrentRecord, or one field of it, to the files of src/daemon/session that may assign to it. */
const writers: Record<string, string[]> = {
  engine: ['reconciler.ts'],
  clock: ['torrent/durations.ts'],
  unsaved: ['saver.ts', 'transitions/recheck.ts'],
  'queue.position': ['queue/order.ts'],
  'queue.hasSlot': ['queue/scheduler.ts'],
  'queue.announces': ['queue/announces.ts'],
  'holds.waitsForRemoval': ['session.ts', 'transitions/removals.ts'],
  'holds.sessionPaused': ['open.ts', 'session.ts'],
  'holds.moves': ['actions/move-storage.ts', 'open.ts', 'transitions/move-files.ts'],
  'files.prioritiesOnDisk': ['actions/files.ts', 'reconciler.ts'],
  'files.wasSeed': ['transitions/first-look.ts', 'transitions/recheck.ts'],
}

/** `record.GROUP.FIELD =`, whatever the record is called. */
const assignment = /\.(engine|clock|unsaved|queue|holds|files)\.(\w+) (?:\?\?)?= /g

test('each part of a record is written by those that STATE.md names', () => {
  const folder = join(root, 'src/daemon/session')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const found: Record<string, Set<string>> = {}
  for (const file of files) {
    for (const [, group = '', field = ''] of readFileSync(join(folder, file), 'utf8').matchAll(assignment)) {
      const name = `${group}.${field}` in writers ? `${group}.${field}` : group
      found[name] ??= new Set()
      found[name].add(file)
    }
  }
  assert.deepEqual(
    Object.fromEntries(Object.entries(found).map(([name, who]) => [name, [...who].sort()])),
    writers,
  )
})
