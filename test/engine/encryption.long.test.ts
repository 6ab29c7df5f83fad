import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { PeerFlag } from '../../src/daemon/engine/host/peers/peer-info.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, quiet, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'

const torrent = makeTorrent([file('a', 4_000_000)], 65536)
const base: Settings = {
  ...quiet,
  enable_outgoing_utp: false,
  enable_incoming_utp: false,
  // so that the transfer goes on for as long as the test looks at it
  upload_rate_limit: 20_000,
}
const [forced, enabled, disabled] = [0, 1, 2]
type Seen = 'plain' | 'plain after key exchange' | 'rc4' | null

/** Lets one engine call the other with these settings, and answers with how data comes; null: it does not. */
async function meet(
  caller: TestEngine,
  called: TestEngine,
  leech: TestEngine,
  [callers, calleds]: readonly [Settings, Settings],
  expected: Seen,
): Promise<Seen> {
  const engines = [caller, called]
  await Promise.all(engines.map((engine) => engine.call('clearPeers', { id: torrent.id })))
  await until(() => engines.every((one) => one.report(torrent.id).peers === 0), 'they are apart')
  caller.configure({ ...base, ...callers })
  called.configure({ ...base, ...calleds })
  // answered after the settings have been taken over
  await Promise.all(engines.map((engine) => engine.call('fileProgress', { id: torrent.id })))
  const before = leech.report(torrent.id).payloadDownload ?? 0
  await caller.call('addPeer', { id: torrent.id, address: await called.address() })
  if (expected === null) {
    // every way is tried once within a second, and the first way again after five
    await new Promise((resolve) => setTimeout(resolve, 1500))
    return leech.report(torrent.id).payloadDownload === before ? null : 'plain'
  }
  await leech.until(torrent.id, `data comes, ${expected}`, (r) => r.payloadDownload! > before)
  const [peer] = await leech.call('peerInfo', { id: torrent.id })
  if (peer === undefined) return null
  if (peer.flags & PeerFlag.rc4) return 'rc4'
  return peer.flags & PeerFlag.plaintextEncrypted ? 'plain after key exchange' : 'plain'
}

async function pair(t: TestContext): Promise<{ seed: TestEngine; leech: TestEngine }> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const [seed, leech] = [startEngine(t, base, 'seeder'), startEngine(t, base, 'leecher')]
  await seed.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
  await seed.until(torrent.id, 'has all', complete(torrent))
  await leech.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
  await leech.until(torrent.id, 'runs', (r) => r.phase === 'running')
  return { seed, leech }
}

describe('encryption', { concurrency: 2 }, () => {
  test('in_enc_policy and out_enc_policy: who comes together, and how', async (t) => {
    const { seed, leech } = await pair(t)
    const table: [out: number, into: number, seen: Seen][] = [
      [forced, forced, 'plain after key exchange'],
      [forced, enabled, 'plain after key exchange'],
      [forced, disabled, null],
      [enabled, forced, 'plain after key exchange'],
      [enabled, enabled, 'plain after key exchange'],
      [enabled, disabled, 'plain'],
      [disabled, forced, null],
      [disabled, enabled, 'plain'],
      [disabled, disabled, 'plain'],
    ]
    for (const [i, [out, into, seen]] of table.entries()) {
      // what the caller lets in and what the called calls with must not matter
      const settings = [
        { out_enc_policy: out, in_enc_policy: 2 - into },
        { out_enc_policy: 2 - out, in_enc_policy: into },
      ] as const
      const [caller, called] = i % 2 === 0 ? [leech, seed] : [seed, leech]
      assert.equal(await meet(caller, called, leech, settings, seen), seen, `out ${out}, in ${into}`)
    }
  })

  test('allowed_enc_level and prefer_rc4: what is spoken after the key exchange', async (t) => {
    const { seed, leech } = await pair(t)
    const always = { out_enc_policy: forced, in_enc_policy: forced }
    const table: [callers: Settings, calleds: Settings, seen: Seen][] = [
      [{ prefer_rc4: true }, {}, 'plain after key exchange'],
      [{}, { prefer_rc4: true }, 'rc4'],
      [{ allowed_enc_level: 2 }, {}, 'rc4'],
      [{ allowed_enc_level: 1 }, { prefer_rc4: true }, 'plain after key exchange'],
      [{}, { allowed_enc_level: 2 }, 'rc4'],
      [{ allowed_enc_level: 2 }, { allowed_enc_level: 1 }, null],
    ]
    for (const [i, [callers, calleds, seen]] of table.entries()) {
      const [caller, called] = i % 2 === 0 ? [leech, seed] : [seed, leech]
      const settings = [
        { ...always, ...callers },
        { ...always, ...calleds },
      ] as const
      assert.equal(await meet(caller, called, leech, settings, seen), seen, JSON.stringify(table[i]))
    }
  })
})
