import assert from 'node:assert/strict'
import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../../src/daemon/log.ts'
import { copiesFolder, copiesOf } from '../../src/daemon/state/copies.ts'
import { DailyCopies } from '../../src/daemon/state/daily.ts'
import { Store } from '../../src/daemon/state/store.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { testFolder } from '../session/harness.ts'

/** What takes 15 minutes takes so long here; a day is the age of a file, which anybody can set. */
const lookMs = 20
const hour = 3600

interface Days {
  store: Store
  /** Names of the copies, oldest first. */
  copies(): string[]
  /** The last of them becomes so old, by its time and its name, seconds. */
  ages(seconds: number): void
  log: string[]
}

function days(t: TestContext): Days {
  const store = new Store(testFolder(t), assert.fail)
  const log: string[] = []
  const daily = new DailyCopies(
    store.path,
    () => store.changes,
    createLog('debug', (line) => log.push(line)),
    {
      firstMs: lookMs,
      lookMs,
    },
  )
  t.after(() => {
    daily.close()
    store.close()
  })
  return {
    store,
    log,
    copies: () => copiesOf(store.path).map(({ path }) => basename(path)),
    ages: (seconds) => {
      const { path } = copiesOf(store.path).at(-1)!
      const then = new Date(Date.now() - seconds * 1000)
      utimesSync(path, then, then)
      const time = `${then.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
      renameSync(path, join(copiesFolder(store.path), `daily-${time}.db`))
    },
  }
}

const settingIn = (path: string) => {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database.prepare("SELECT count(*) AS n FROM settings WHERE name = 'active_limit'").get()?.n
  } finally {
    database.close()
  }
}

test('the state is copied once a day while something changes, and three copies are kept', async (t) => {
  const { store, copies, ages, log } = days(t)
  await waitUntil('there is a first copy', () => copies().length === 1)
  store.saveSettings('default', { active_limit: 1 })

  // not before a day is over, whatever changes
  ages(23.9 * hour)
  await sleep(10 * lookMs)
  assert.equal(copies().length, 1)

  // what was committed meanwhile is in the next
  ages(25 * hour)
  await waitUntil('there is a second copy', () => copies().length === 2)
  assert.deepEqual(
    copiesOf(store.path).map(({ path }) => settingIn(path)),
    [0, 1],
  )

  // nothing has changed since
  ages(24.9 * hour)
  await sleep(10 * lookMs)
  assert.equal(copies().length, 2)

  // the fourth takes the place of the first
  const [first] = copies()
  for (const value of [2, 3]) {
    store.saveSettings('default', { active_limit: value })
    ages((24.9 - value / 10) * hour)
    await waitUntil('there is another copy', () => log.filter((line) => /copied/.test(line)).length > value)
  }
  assert.equal(copies().length, 3)
  assert.ok(!copies().includes(first!))
  assert.deepEqual(readdirSync(copiesFolder(store.path)).toSorted(), copies(), 'nothing else is left there')
  assert.ok(
    log.every((line) => /debug the state was copied to/.test(line)),
    log.join(''),
  )
})

test('a copy that cannot be made is an error in the log, and is tried again', async (t) => {
  const { store, copies, log } = days(t)
  const folder = copiesFolder(store.path)
  writeFileSync(folder, '')
  await waitUntil('the log says so', () => /error the daily copy of the state: .*backups/.test(log.join('')))
  rmSync(folder)
  await waitUntil('there is a copy', () => copies().length === 1)
})
