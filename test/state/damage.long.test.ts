// A damaged state is used as far as it is whole, and refused when it holds less than it did. Nothing is lost silently.
// The long form is `npm run test:faults`.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { StateError } from '../../src/daemon/state/error.ts'
import { Store } from '../../src/daemon/state/store.ts'
import { damages } from '../faults/damage.ts'
import { makeState, readModel, silentLosses, snapshot } from '../faults/state-model.ts'
import { testFolder } from '../session/harness.ts'
import { random } from '../session/random.ts'

const perKind = Number(process.env.PORLA_LUA_DAMAGES ?? 1)

for (const killed of [true, false]) {
  test(`no damage of a state that was ${killed ? 'killed' : 'closed'} loses anything silently`, (t) => {
    const folder = testFolder(t)
    const from = join(folder, 'whole')
    const { store, model } = makeState(from, random(1))
    const earlier = { folder: join(folder, 'earlier') }
    mkdirSync(earlier.folder)
    copyFileSync(join(from, 'state.db'), join(earlier.folder, 'state.db'))
    if (!killed) store.close()
    const outcomes: Record<string, number> = { harmless: 0, 'set aside': 0, refused: 0 }
    for (const [kind, damage] of Object.entries(damages)) {
      for (let i = 0; i < perKind; i++) {
        const target = join(folder, 'damaged')
        snapshot(from, target)
        const what = damage(target, random(i * 7919 + kind.length), earlier)
        if (what === null) continue
        const outcome = outcomeOf(target, model, `${kind}: ${what}`)
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    }
    if (killed) store.close()
    t.diagnostic(JSON.stringify(outcomes))
    for (const [name, count] of Object.entries(outcomes)) assert.ok(count > 0, `${name} was seen`)
  })
}

function outcomeOf(folder: string, model: ReturnType<typeof readModel>, what: string): string {
  let store: Store
  try {
    store = new Store(folder, (error) => assert.fail(error))
  } catch (error) {
    if (error instanceof StateError && ['lost', 'damaged'].includes(error.kind)) return 'refused'
    throw new Error(`${what}: ${(error as Error).stack}`)
  }
  try {
    const now = readModel(store)
    const aside = store.setAside()
    assert.deepEqual(silentLosses(model, now, aside), [], what)
    return aside.length > 0 ? 'set aside' : 'harmless'
  } finally {
    store.close()
  }
}
