import assert from 'node:assert/strict'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CrashBans } from '../../src/daemon/engine/crash-bans.ts'
import { heardIn, ringSlots, slotBytes, slotOf, slotPosition } from '../../src/daemon/engine/heard-ring.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder, until } from './support/engine.ts'

const day = 24 * 60 * 60 * 1000
const heard = (...addresses: string[]) => addresses.map((address, i) => ({ address, at: 50_000 - i * 100 }))

/** Shakes hands from a loopback address, with more after it; what came back. */
async function shakeHands(
  t: TestContext,
  address: string,
  id: string,
  from: string,
  more = '',
): Promise<Buffer> {
  const [host, port] = address.split(':')
  const socket = connect({ host: host!, port: Number(port), localAddress: from })
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const hello = Buffer.concat([
    Buffer.from('\x13BitTorrent protocol'),
    Buffer.alloc(8),
    Buffer.from(id, 'hex'),
  ])
  const body = Buffer.from(`\xee${more}`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  socket.write(Buffer.concat([hello, Buffer.from('-XX0000-000000000000'), ...(more ? [length, body] : [])]))
  let came = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    came = Buffer.concat([came, chunk])
    // the handshake is all that is asked for
    if (came.length >= 68 && more === '') socket.destroy()
  })
  // a host that ends resets it, which once() would take for a failure
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
  return came
}

test('an address that was heard right before two crashes gets in no more, and others do', async (t) => {
  const before = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `--import=${fileURLToPath(new URL('./support/fragile.mjs', import.meta.url))}`
  t.after(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  })
  const torrent = makeTorrent([file('a', 40_000)], 16384)
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const engine = startEngine(t)
  for (let crash = 0; crash <= 2; crash++) {
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    await engine.until(torrent.id, 'it seeds', complete(torrent))
    const address = await engine.address()
    assert.equal((await shakeHands(t, address, torrent.id, '127.0.0.3')).length >= 68, true)
    const answer = await shakeHands(t, address, torrent.id, '127.0.0.2', 'fragile, handle with care')
    if (crash === 2) {
      assert.equal(answer.length, 0, 'it is not even greeted')
      break
    }
    await until(
      () => engine.ready === crash + 1,
      'there is a new host',
      () => engine.log.join('\n'),
    )
    assert.match(engine.lost[crash]!, /^exit code 1, Error: it broke/)
  }
  const { state } = engine
  assert.deepEqual({ state: state.state, crashes: state.crashes }, { state: 'running', crashes: 2 })
  const bans = engine.log.filter((line) => line.includes('banned'))
  assert.deepEqual(bans, [
    'warning: engine "test": 127.0.0.2 is banned for a day: hosts crashed right after they heard it',
  ])
})

test('who was last before two crashes is banned, who was near must have been so more often', () => {
  const bans = new CrashBans()
  assert.deepEqual(bans.blame(heard('10.0.0.1', '10.0.0.2', '10.0.0.3'), 0), [])
  assert.deepEqual(bans.blame(heard('10.0.0.2', '10.0.0.1'), 1), [], 'one and a half each')
  assert.deepEqual(bans.blame(heard('10.0.0.1', '10.0.0.1'), 2), ['10.0.0.1'])
  assert.deepEqual(bans.blame(heard('10.0.0.3'), 3), [])
  assert.deepEqual(bans.list(4), ['10.0.0.1'])
  assert.deepEqual(bans.list(2 + day), [], 'after a day it may come again')
})

test('nobody is blamed for a datagram, nor for having been there long before', () => {
  const bans = new CrashBans()
  for (let i = 0; i < 10; i++) assert.deepEqual(bans.blame(heard('', '10.0.0.1', '10.0.0.2'), i), [])
  for (let i = 0; i < 10; i++) {
    const [last] = heard('10.0.0.9')
    const fresh = bans.blame(
      [
        { ...last!, address: `10.0.1.${i}` },
        { address: '10.0.0.1', at: 48_000 },
      ],
      i,
    )
    assert.deepEqual(fresh, [])
  }
  assert.deepEqual(bans.blame([], 0), [])
  assert.deepEqual(bans.list(11), [])
})

test('however many addresses there are, what is remembered stays bounded', () => {
  const bans = new CrashBans()
  for (let i = 0; i < 3000; i++) {
    for (let time = 0; time < 2; time++) bans.blame(heard(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`), i)
  }
  assert.equal(bans.list(3000).length, 1000)
})

test('the ring keeps the last ones in order, whatever was in it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'porla-ring-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const fd = openSync(join(folder, 'ring'), 'wx+')
  for (let turn = 0; turn < 21; turn++) {
    const address = turn % 3 === 0 ? '' : `fe80::${turn}`
    const slot = slotOf(turn, { address, at: 1_790_000_000_000 + turn })
    writeSync(fd, slot, 0, slot.length, slotPosition(turn))
  }
  closeSync(fd)
  const ring = readFileSync(join(folder, 'ring'))
  assert.equal(ring.length, ringSlots * slotBytes)
  assert.deepEqual(
    heardIn(ring).map(({ at }) => at - 1_790_000_000_000),
    [20, 19, 18, 17, 16, 15, 14, 13],
  )
  assert.deepEqual(heardIn(ring)[0], { address: 'fe80::20', at: 1_790_000_000_020 })
  ring.fill(0xff, 0, slotBytes)
  assert.equal(heardIn(ring).length, ringSlots - 1)
  assert.deepEqual(heardIn(Buffer.alloc(ringSlots * slotBytes)), [])
})
