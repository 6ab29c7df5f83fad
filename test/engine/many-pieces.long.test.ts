import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { zeros } from './support/data.ts'
import { startEngine, task, tempFolder, until } from './support/engine.ts'

const peers = fileURLToPath(new URL('support/zero-peers.ts', import.meta.url))
const watch = new URL('support/turn-watch.ts', import.meta.url).href
const numPieces = 100_000
const count = 50
/** What one turn of the event loop may take of the host's own time, ms. On a quiet machine most take less than 20. */
const longest = 60

test('100,000 pieces and 50 peers with bitfields of their own: no turn of the event loop is long', async (t) => {
  const { bytes, id } = zeros('zeros.bin', 16384, numPieces)
  const folder = await tempFolder(t)
  const turns = join(folder, 'turns')
  // the host inherits them
  Object.assign(process.env, {
    NODE_OPTIONS: `--import ${watch}`,
    TURN_WATCH: turns,
    TURN_WATCH_MS: String(longest),
  })
  t.after(() => {
    for (const name of ['NODE_OPTIONS', 'TURN_WATCH', 'TURN_WATCH_MS']) delete process.env[name]
  })
  const engine = startEngine(t, { in_enc_policy: 2, listen_queue_size: 200 })
  await engine.load(task(id, folder, { torrentFile: bytes }))
  const address = await engine.address()
  await engine.until(id, 'it runs', ({ phase }) => phase === 'running')
  await writeFile(turns, '')
  const child = spawn(process.execPath, [peers, address, id, String(numPieces), String(count)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  t.after(async () => {
    child.stdin?.end()
    await once(child, 'exit')
  })
  await until(
    () => (engine.report(id).done ?? 0) > 300 << 20 && engine.report(id).peers === count,
    'some of it comes',
    () => JSON.stringify(engine.report(id).done),
    60_000,
  )
  const list = await engine.call('peerInfo', { id })
  assert.equal(list.length, count)
  for (const { progress } of list) assert.ok(progress > 0.4 && progress < 0.6)
  assert.equal(await readFile(turns, 'utf8'), '', 'turns of so many ms')
})
