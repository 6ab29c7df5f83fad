// Which files of a removed torrent other torrents use, with folders of few torrents and of many.

import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { addRequestOf } from '../../../src/daemon/session/actions/add-request.ts'
import { newTorrentOf } from '../../../src/daemon/session/actions/new-torrent.ts'
import { filesInUse } from '../../../src/daemon/session/transitions/files-in-use.ts'
import type { RemovalRow } from '../../../src/daemon/state/rows.ts'
import { Store } from '../../../src/daemon/state/store.ts'
import { file, makeTorrent, type TestTorrent } from '../../engine/support/data.ts'
import { testFolder } from '../harness.ts'

/** A state, and a way to add torrents to it and to ask what of one, which has been removed, is in use. */
function world(t: TestContext) {
  const folder = testFolder(t)
  const store = new Store(folder, assert.fail)
  t.after(() => store.close())
  const add = ({ bytes }: TestTorrent, savePath: string, session = 'default') => {
    const request = addRequestOf({ ti: Buffer.from(bytes).toString('base64'), save_path: savePath })
    store.addTorrent(newTorrentOf(request, session, 0, () => 1))
  }
  let reads = 0
  const counted = {
    places: () => store.places(),
    torrentFile: (id: number) => {
      reads++
      return store.torrentFile(id)
    },
  }
  const usedOf = async ({ id, bytes }: TestTorrent, savePath: string) => {
    const removal: RemovalRow = { id: 1, session: 'default', v1: id, savePath, torrentFile: bytes }
    return (await filesInUse(counted, removal)).sort()
  }
  return { folder, add, usedOf, reads: () => reads }
}

const others = (count: number) =>
  Array.from({ length: count }, (_, i) => makeTorrent([file(`other ${i}`, 100)], 16384))

async function put(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'x'.repeat(100))
}

for (const count of [0, 30]) {
  test(`among ${count} torrents in each folder, links and overlaps are found`, async (t) => {
    const { folder, add, usedOf } = world(t)
    const [here, there] = [join(folder, 'here'), join(folder, 'there')]
    const removed = makeTorrent([file('top/a', 100), file('top/sub/b', 100), file('top/c', 100)], 16384)
    for (const name of ['top/a', 'top/sub/b', 'top/c']) await put(join(here, name))
    for (const savePath of [here, there]) {
      for (const other of others(count)) {
        add(other, savePath)
        await put(join(savePath, other.meta.name))
      }
    }
    assert.deepEqual(await usedOf(removed, here), [])

    // a torrent of one file, whose file is a link to one of these
    const linked = makeTorrent([file('elsewhere', 77)], 16384)
    await mkdir(there, { recursive: true })
    await symlink(join(here, 'top/a'), join(there, 'elsewhere'))
    add(linked, there)
    assert.deepEqual(await usedOf(removed, here), ['top/a'])

    // a torrent that lies inside of this one's top folder, of another session
    add(makeTorrent([file('b', 55)], 16384), join(here, 'top/sub'), 'other')
    assert.deepEqual(await usedOf(removed, here), ['top/a', 'top/sub/b'])

    // a folder of the same size, in which a link lies
    const twin = makeTorrent([file('twin/x', 150), file('twin/y', 150)], 16384)
    await mkdir(join(there, 'twin'))
    await put(join(there, 'twin/x'))
    await symlink(join(here, 'top/c'), join(there, 'twin/y'))
    add(twin, there)
    assert.deepEqual(await usedOf(removed, here), ['top/a', 'top/c', 'top/sub/b'])
  })
}

test('removals that come together read the file of each other torrent once', async (t) => {
  const { folder, add, usedOf, reads } = world(t)
  // folders of one size: each might hold links to each other
  const torrents = Array.from({ length: 40 }, (_, i) => makeTorrent([file(`t${i}/f`, 100)], 16384))
  for (const torrent of torrents) {
    add(torrent, folder)
    await put(join(folder, torrent.files[0]!.path))
  }
  const found = await Promise.all(torrents.map((torrent) => usedOf(torrent, folder)))
  assert.deepEqual(found.flat(), [])
  assert.ok(reads() <= 2 * torrents.length, `${reads()} files were read for ${torrents.length} removals`)
})
