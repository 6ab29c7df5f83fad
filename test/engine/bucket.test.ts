import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bucket, takeFromAll } from '../../src/daemon/engine/host/limits/bucket.ts'

test('a bucket holds its rate, serves in order, and lets a closing connection go', async () => {
  const bucket = new Bucket()
  assert.equal(
    bucket.take(1e9, null, () => assert.fail('no limit, no wait')),
    true,
  )
  bucket.setRate(100_000)
  const start = performance.now()
  const order: number[] = []
  await Promise.all(
    [0, 1, 2, 3, 4].map(
      (n) =>
        new Promise<void>((resolve) => {
          const done = () => {
            order.push(n)
            resolve()
          }
          if (bucket.take(20_000, null, done)) done()
        }),
    ),
  )
  // 100 kB at 100 kB/s, of which 25 kB were saved up and the last 20 kB are owed
  const took = performance.now() - start
  assert.ok(took > 500 && took < 1200, `took ${took} ms`)
  assert.deepEqual(order, [0, 1, 2, 3, 4])

  bucket.setRate(1)
  const owner = {}
  let released = false
  const other = new Bucket()
  other.setRate(1_000_000)
  takeFromAll([other, bucket], 10, owner, () => {
    released = true
  })
  assert.equal(released, false)
  bucket.release(owner)
  assert.equal(released, true)

  bucket.setRate(1_000_000)
  const turns: string[] = []
  const greedy = {}
  const modest = {}
  // in debt, so that all of them wait
  bucket.charge(100_000)
  for (const n of [1, 2, 3]) bucket.take(1000, greedy, () => turns.push(`greedy ${n}`))
  for (const n of [1, 2]) bucket.take(1000, modest, () => turns.push(`modest ${n}`))
  bucket.setRate(0)
  assert.deepEqual(turns, ['greedy 1', 'modest 1', 'greedy 2', 'modest 2', 'greedy 3'])

  bucket.setRate(1)
  bucket.charge(1)
  let freed = false
  bucket.take(1000, null, () => {
    freed = true
  })
  bucket.setRate(0)
  assert.equal(freed, true)
})
