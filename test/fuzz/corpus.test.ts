import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutNetwork } from '../helpers/without-network.ts'
import { playAll } from './campaign.ts'
import { corpus } from './corpus.ts'
import { targets } from './targets/index.ts'

await withoutNetwork()

const byTarget = Map.groupBy(corpus().values(), ({ target }) => target)

for (const [name, kept] of byTarget) {
  test(`${name}: what once did harm does none any more`, { timeout: 60_000 }, async () => {
    const target = targets.find((one) => one.name === name)
    assert.ok(target, `test/fuzz/corpus has inputs for '${name}', and there is no such target`)
    const { harm } = await playAll(
      target,
      kept.flatMap(({ inputs }) => inputs),
    )
    assert.equal(harm, null)
  })
}
