// Thousands of random steps over the order of the queue and its slots alone, beside a plain list that says what is right.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type QueueMove, QueueOrder } from '../../../src/daemon/session/queue/order.ts'
import { grantSlots, type QueueEntry, type QueueLimits } from '../../../src/daemon/session/queue/slots.ts'
import { newRecord, type TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import type { ProgressRow, TorrentRow } from '../../../src/daemon/state/rows.ts'
import { random } from '../random.ts'

interface Model {
  record: TorrentRecord
  managed: boolean
  checking: boolean
  running: boolean
  idle: boolean
  rank: number
}

type Entry = QueueEntry & { model: Model }

const moves: QueueMove[] = ['top', 'up', 'down', 'bottom']

class World {
  readonly order = new QueueOrder([])
  readonly models: Model[] = []
  /** Unfinished torrents, first come first: what the positions have to say. */
  list: Model[] = []
  limits: QueueLimits = { downloads: 3, seeds: 5, all: 500, checking: 1, preferSeeds: false }
  #added = 0

  add(): void {
    const row = { v1: `t${this.#added++}`, queueKey: this.order.newKey() } as TorrentRow
    const record = newRecord(row, { finished: false, finishedMs: 0 } as ProgressRow)
    const model = { record, managed: true, checking: false, running: false, idle: false, rank: 0 }
    this.order.append(record)
    this.models.push(model)
    this.list.push(model)
  }

  remove(model: Model): void {
    this.order.remove(model.record)
    this.models.splice(this.models.indexOf(model), 1)
    this.list = this.list.filter((other) => other !== model)
  }

  finish(model: Model): void {
    if (!this.list.includes(model)) return
    this.order.remove(model.record)
    model.record.row.queueKey = null
    this.list = this.list.filter((other) => other !== model)
  }

  unfinish(model: Model): void {
    if (this.list.includes(model)) return
    model.record.row.queueKey = this.order.newKey()
    this.order.append(model.record)
    this.list.push(model)
  }

  move(model: Model, to: QueueMove): void {
    this.order.settle()
    const keys = this.order.keysFor(model.record, to)
    for (const [moved, key] of keys) moved.row.queueKey = key
    if (keys.size > 0) this.order.reorder()
    const at = this.list.indexOf(model)
    if (at < 0) return
    const end = this.list.length - 1
    const target = { top: 0, up: Math.max(0, at - 1), down: Math.min(end, at + 1), bottom: end }[to]
    this.list.splice(at, 1)
    this.list.splice(target, 0, model)
  }

  entries(): Entry[] {
    this.order.settle()
    return this.models
      .filter(({ managed }) => managed)
      .map((model) => ({
        model,
        kind: model.checking ? 'checking' : this.list.includes(model) ? 'download' : 'seed',
        position: model.record.queue.position,
        rank: model.rank,
        running: model.running,
        idle: model.idle,
      }))
  }
}

function step(world: World, pick: (below: number) => number): string {
  const model = world.models[pick(Math.max(1, world.models.length))]
  const number = () => pick(6) - 1
  switch (pick(10)) {
    case 0:
      if (world.models.length < 40) world.add()
      return 'add'
    case 1:
      if (model && pick(2)) world.remove(model)
      return 'remove'
    case 2:
      if (model) world.finish(model)
      return 'finish'
    case 3:
      if (model) world.unfinish(model)
      return 'unfinish'
    case 4:
      if (model) model.managed = !model.managed
      return 'managed'
    case 5:
      if (model) model.checking = !model.checking
      return 'checking'
    case 6:
      if (model) Object.assign(model, { idle: !model.idle, rank: pick(5) })
      return 'idle'
    case 7:
      world.limits = {
        downloads: number(),
        seeds: number(),
        all: pick(12) - 1,
        checking: number(),
        preferSeeds: pick(2) === 1,
      }
      return 'limits'
    default:
      if (model) world.move(model, moves[pick(4)]!)
      return 'move'
  }
}

const most = (limit: number) => (limit < 0 ? Number.POSITIVE_INFINITY : limit)

function check(world: World): void {
  const entries = world.entries()
  assert.deepEqual(
    world.list.map(({ record }) => record.queue.position),
    world.list.map((_, place) => place),
  )
  for (const model of world.models)
    if (!world.list.includes(model)) assert.equal(model.record.queue.position, -1)

  const granted = grantSlots(entries, world.limits)
  const of = (kind: QueueEntry['kind']) => entries.filter((entry) => entry.kind === kind)
  // An idle torrent that runs takes no slot of its kind.
  const takes = (entry: Entry) => !(entry.running && entry.idle)
  const taken = (kind: QueueEntry['kind']) =>
    of(kind).filter((entry) => granted.has(entry) && takes(entry)).length
  const all = [...of('download'), ...of('seed')].filter((entry) => granted.has(entry)).length
  const { downloads, seeds, checking } = world.limits
  assert.equal(
    of('checking').filter((entry) => granted.has(entry)).length,
    Math.min(of('checking').length, most(checking)),
    'checks have a limit of their own, and use it',
  )
  assert.ok(taken('download') <= most(downloads), 'downloads')
  assert.ok(taken('seed') <= most(seeds), 'seeds')
  assert.ok(all <= most(world.limits.all), 'all')
  // Who waits does so because there is no slot, and not behind one that comes later.
  const before = (kind: 'download' | 'seed', a: Entry, b: Entry) =>
    kind === 'download' ? a.position < b.position : a.rank > b.rank
  for (const [kind, limit] of [
    ['download', downloads],
    ['seed', seeds],
  ] as const) {
    for (const entry of of(kind)) {
      if (granted.has(entry)) continue
      const full = all >= most(world.limits.all) || (takes(entry) && taken(kind) >= most(limit))
      assert.ok(full, `a ${kind} waits though there is room`)
      const overtaken = of(kind).some(
        (other) => granted.has(other) && takes(other) && before(kind, entry, other),
      )
      assert.ok(!overtaken, `a ${kind} was overtaken`)
    }
  }
  for (const entry of entries) entry.model.running = granted.has(entry)
}

for (const seed of [11, 12]) {
  test(`queue: 5000 random steps leave no gap, keep the order, the limits and who is first (seed ${seed})`, () => {
    const world = new World()
    const pick = random(seed)
    const trace: string[] = []
    for (let i = 0; i < 5000; i++) {
      trace.push(step(world, pick))
      try {
        check(world)
      } catch (error) {
        assert.fail(`step ${i}, ${trace.slice(-8).join(' ')}: ${(error as Error).message}`)
      }
    }
  })
}
