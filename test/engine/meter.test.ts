import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Meter } from '../../src/daemon/engine/host/limits/meter.ts'

test('a rate is the mean of the last seconds and falls to 0', () => {
  const meter = new Meter()
  let value = 0
  let rate = 0
  for (let now = 0; now <= 5000; now += 250) {
    rate = meter.rate(value, now)
    value += 25_000
  }
  assert.equal(rate, 100_000)
  value -= 25_000
  for (let now = 5250; now <= 9000; now += 250) rate = meter.rate(value, now)
  assert.equal(rate, 0)
})
