import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inLanes, ReadWriteLock, Semaphore, Serial, within } from '../../src/daemon/engine/concurrency.ts'

test('a lock lets readers in together and a writer alone, in order', async () => {
  const lock = new ReadWriteLock()
  const events: string[] = []
  const step = (name: string) => async () => {
    events.push(`+${name}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    events.push(`-${name}`)
  }
  await Promise.all([
    lock.shared(step('a')),
    lock.shared(step('b')),
    lock.exclusive(step('W')),
    lock.shared(step('c')),
    lock
      .exclusive(async () => {
        events.push('failed')
        throw new Error('lets go')
      })
      .catch(() => {}),
    lock.shared(step('d')),
  ])
  assert.deepEqual(events, ['+a', '+b', '-a', '-b', '+W', '-W', '+c', '-c', 'failed', '+d', '-d'])
})

test('a semaphore lets so many in, the others in their order, and one ahead of them', async () => {
  const semaphore = new Semaphore(1)
  const { signal } = new AbortController()
  const order: string[] = []
  const work = (name: string) => async () => {
    order.push(name)
    await sleep(1)
  }
  const given = new AbortController()
  const all = [
    semaphore.run(signal, false, work('first')),
    semaphore.run(signal, false, work('second')),
    semaphore.run(given.signal, false, work('given up')),
    semaphore.run(signal, true, work('ahead')),
  ]
  given.abort(new Error('no longer'))
  await assert.rejects(all[2]!, /no longer/)
  await Promise.all([all[0], all[1], all[3]])
  assert.deepEqual(order, ['first', 'ahead', 'second'])
})

test('work in series keeps its order, also after one that failed', async () => {
  const serial = new Serial()
  const order: number[] = []
  const failed = serial.run(async () => {
    await sleep(5)
    order.push(1)
    throw new Error('one')
  })
  const next = serial.run(async () => order.push(2))
  await assert.rejects(failed, /one/)
  await next
  assert.deepEqual(order, [1, 2])
})

test('lanes share the work, each with a number of its own', async () => {
  const done: number[] = []
  const busy = new Set<number>()
  let most = 0
  await inLanes(10, 3, async (index, lane) => {
    assert.ok(!busy.has(lane), `lane ${lane} is free`)
    busy.add(lane)
    most = Math.max(most, busy.size)
    await sleep(1)
    busy.delete(lane)
    done.push(index)
  })
  assert.deepEqual(
    done.sort((a, b) => a - b),
    Array.from({ length: 10 }, (_, index) => index),
  )
  assert.equal(most, 3)
  await inLanes(0, 3, async () => assert.fail('there is nothing to do'))
})

test('after a failure no lane begins anything; settled, it is told when the others are over', async () => {
  for (const settled of [false, true]) {
    const begun: number[] = []
    let over = false
    const work = async (index: number) => {
      begun.push(index)
      if (index === 1) throw new Error('the second')
      await sleep(10)
      over = true
    }
    await assert.rejects(inLanes(5, 2, work, { settled }), /the second/)
    assert.deepEqual({ begun, over }, { begun: [0, 1], over: settled })
  }
})

test('who waits within a time gets the result, the failure, or undefined when the time is over', async () => {
  assert.equal(await within(Promise.resolve('there'), 1000), 'there')
  await assert.rejects(within(Promise.reject(new Error('failed')), 1000), /failed/)
  assert.equal(await within(new Promise(() => {}), 1), undefined)
})
