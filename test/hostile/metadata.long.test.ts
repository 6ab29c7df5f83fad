// Peers that lie about metadata (BEP 9) keep a magnet link from nothing: who sends what is not right is sent away, who is slow
// or says nothing does not keep the others waiting, and a size alone takes no memory.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type BDict, bdecode, bencode } from '../../src/metainfo/index.ts'
import { file, makeTorrent } from '../engine/support/data.ts'
import { startEngine, type TestEngine, task, tempFolder, until } from '../engine/support/engine.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { handshake } from './bad-handshakes.ts'
import { frame } from './bad-messages.ts'

await withoutNetwork()

const pieceLength = 16_384

interface Teller {
  /** Pieces that it was asked for, in order. */
  asked: number[]
  closed: boolean
}

interface Lie {
  /** What it says that the metadata has, bytes. */
  size?: number
  /** Sent for each request; null: nothing. */
  answer: (piece: number) => Uint8Array | null
}

/** The answer of an honest peer. */
function data(info: Uint8Array, piece: number, changes: Record<string, number> = {}): Uint8Array {
  const head = bencode({ msg_type: 1, piece, total_size: info.length, ...changes })
  return Buffer.concat([head, info.subarray(piece * pieceLength, (piece + 1) * pieceLength)])
}

/** Calls the engine and offers metadata. */
async function tell(
  t: TestContext,
  engine: TestEngine,
  id: string,
  info: Uint8Array,
  { size = info.length, answer }: Lie,
): Promise<Teller> {
  const [host, port] = (await engine.address()).split(':') as [string, string]
  const socket = connect({ host, port: Number(port) })
  t.after(() => socket.destroy())
  const teller: Teller = { asked: [], closed: false }
  socket.on('error', () => {})
  socket.on('close', () => {
    teller.closed = true
  })
  await once(socket, 'connect')
  socket.write(handshake(id))
  const hello = bencode({ m: { ut_metadata: 3 }, metadata_size: size })
  socket.write(frame(20, Buffer.from([0]), hello))
  let left: Buffer = Buffer.alloc(0)
  let shaken = false
  let theirs = 0
  socket.on('data', (bytes) => {
    left = Buffer.concat([left, bytes])
    if (!shaken && left.length >= 68) {
      shaken = true
      left = left.subarray(68)
    }
    while (shaken && left.length >= 4 && left.length >= 4 + left.readUInt32BE()) {
      const body = left.subarray(4, 4 + left.readUInt32BE())
      left = left.subarray(4 + body.length)
      if (body[0] !== 20) continue
      const message = bdecode(body.subarray(2), { form: 'loose' }) as BDict
      if (body[1] === 0) theirs = Number(message.dict('m')!.integer('ut_metadata'))
      if (body[1] !== 3) continue
      const piece = Number(message.integer('piece'))
      teller.asked.push(piece)
      const reply = answer(piece)
      if (reply !== null) socket.write(frame(20, Buffer.from([theirs]), reply))
    }
  })
  return teller
}

test('metadata', { timeout: 60_000 }, async (t) => {
  const engine = startEngine(t)
  const folder = await tempFolder(t)
  /** A magnet link whose metadata has three pieces and a bit. */
  const magnet = async () => {
    const { id, meta } = makeTorrent([file('a', 40_000)], 16384, { extra: { note: randomBytes(50_000) } })
    assert.equal(Math.ceil(meta.info.length / pieceLength), 4)
    await engine.load(task(id, folder))
    return { id, info: meta.info }
  }
  const honest = (info: Uint8Array): Lie => ({ answer: (piece) => data(info, piece) })

  for (const [name, lieOf] of [
    [
      'of another size than was announced',
      (info) => ({ answer: (piece) => data(info, piece, { total_size: info.length + 1 }) }),
    ],
    ['in pieces that are too short', (info) => ({ answer: (piece) => data(info, piece).subarray(0, -1) })],
    [
      'in pieces that are too long',
      (info) => ({ answer: (piece) => Buffer.concat([data(info, piece), Buffer.alloc(1)]) }),
    ],
    ['that is something else', (info) => ({ answer: (piece) => data(randomBytes(info.length), piece) })],
    [
      'one byte too long',
      (info) => ({
        size: info.length + 1,
        answer: (piece) => data(Buffer.concat([info, Buffer.alloc(1)]), piece),
      }),
    ],
  ] as [string, (info: Uint8Array) => Lie][]) {
    await t.test(`${name}: the peer is disconnected, and another is asked`, async (t) => {
      const { id, info } = await magnet()
      const liar = await tell(t, engine, id, info, lieOf(info))
      await until(() => liar.closed, 'it is disconnected')
      assert.ok(liar.asked.length > 0)
      await tell(t, engine, id, info, honest(info))
      await until(
        () => engine.metadata.has(id),
        'the metadata has come',
        () => engine.log.join('\n'),
      )
      assert.deepEqual(Buffer.from(engine.metadata.get(id)!), Buffer.from(info))
    })
  }

  await t.test('peers that are silent or refuse keep nobody waiting for long', async (t) => {
    const { id, info } = await magnet()
    const silent = await Promise.all(
      [31_457_280, 1, 20_000].map((size) => tell(t, engine, id, info, { size, answer: () => null })),
    )
    await until(() => silent.every(({ asked }) => asked.length > 0), 'all are asked')
    const refusing = await tell(t, engine, id, info, { answer: (piece) => bencode({ msg_type: 2, piece }) })
    const tooLarge = await tell(t, engine, id, info, { size: 31_457_281, answer: () => null })
    await tell(t, engine, id, info, honest(info))
    await until(
      () => engine.metadata.has(id),
      'the metadata has come',
      () => engine.log.join('\n'),
      30_000,
    )
    assert.deepEqual(
      silent.map(({ asked }) => new Set(asked).size),
      [16, 1, 2],
      'no peer has more than 16 requests at a time',
    )
    assert.equal(refusing.closed, false, 'to refuse is no offence')
    assert.deepEqual(tooLarge.asked, [], 'max_metadata_size')
  })
})
