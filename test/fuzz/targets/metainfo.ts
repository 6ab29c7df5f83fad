import assert from 'node:assert/strict'
import { MetainfoError, parseTorrent, torrentFileOf } from '../../../src/metainfo/index.ts'
import { encodeTree, hostile, type Tree } from '../bencoded.ts'
import { mutate } from '../mutate.ts'
import { mustBeOrderly, parserStage, removed } from '../parser-stage.ts'
import type { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'

type MetainfoInput = {
  /** base64 */
  file: string
}

/** Torrent files of every version, as they come from strangers. */
export const metainfo = target<MetainfoInput>({
  name: 'metainfo',
  make: (random) => ({ file: base64(torrentFile(random)) }),
  open: () =>
    parserStage<MetainfoInput>(
      ({ file }) => read(fromBase64(file)),
      async ({ file }, world) => {
        try {
          const save_path = `${world.daemon.folder}/added`
          const { info_hash, added } = await world.client.call('torrents.add', { ti: file, save_path })
          if (added) await removed(world, info_hash)
        } catch (error) {
          mustBeOrderly(error, world.daemon)
        }
      },
    ),
})

function read(bytes: Buffer): 'read' | 'refused' {
  let torrent: ReturnType<typeof parseTorrent>
  try {
    torrent = parseTorrent(bytes)
  } catch (error) {
    assert.ok(error instanceof MetainfoError, `another error: ${error}`)
    assert.ok(error.message !== '' && error.message.length < 2000, 'an error without words, or with too many')
    return 'refused'
  }
  let offset = 0
  for (const file of torrent.files) {
    assert.equal(file.offset, offset, 'files lie one after the other')
    offset += file.size
    for (const element of file.path.split('/')) {
      assert.ok(!['', '.', '..'].includes(element) && !element.includes('\0'), 'a path leads nowhere else')
    }
  }
  assert.equal(torrent.totalSize, offset)
  // what is kept of it is read again as the same
  const again = parseTorrent(torrentFileOf(torrent.info, torrent.trackers, torrent.webSeeds))
  assert.deepEqual(again.infoHash, torrent.infoHash, 'its own file has another info hash')
  assert.deepEqual(again.files, torrent.files, 'its own file has other files')
  return 'read'
}

function torrentFile(random: Random): Buffer {
  if (random.once(30)) return random.bytes(random.next(200))
  const whole: { [key: string]: Tree } = {
    announce: 'http://127.0.0.1:1/announce',
    'announce-list': [['http://127.0.0.1:1/announce'], ['udp://127.0.0.1:2', '']],
    comment: latin1(random),
    'created by': latin1(random),
    'creation date': random.edge(),
    info: random.once(2) ? infoV1(random) : infoV2(random),
    nodes: [['127.0.0.1', 1]],
    'url-list': random.one<Tree>(['http://127.0.0.1:1/', ['http://127.0.0.1:1/'], '']),
    'piece layers': { [random.bytes(32).toString('latin1')]: random.bytes(64).toString('latin1') },
  }
  const bytes = random.once(4) ? encodeTree(whole) : hostile(whole, random)
  return random.once(12) ? mutate(bytes, random, 12) : bytes
}

const latin1 = (random: Random) => Buffer.from(random.text()).toString('latin1')

function infoV1(random: Random): Tree {
  const length = 1 + random.next(200_000)
  const pieceLength = random.one([16_384, 32_768, 16_384, 1, 0, random.edge()])
  const count = Math.min(5000, Math.ceil(length / Math.max(1, pieceLength)))
  const base = {
    name: latin1(random),
    'piece length': pieceLength,
    pieces: random.bytes(20 * count).toString('latin1'),
    private: random.next(3),
  }
  if (random.once(2)) return { ...base, length }
  const names = () => random.list(1, random.once(20) ? 300 : 3, () => latin1(random))
  const file = (left: number): Tree => ({
    attr: random.one(['', 'p', 'x', 'h', 'l', 'px', 'q']),
    length: left,
    path: names(),
    'symlink path': names(),
  })
  return { ...base, files: [file(1), file(0), file(Math.max(0, length - 1))] }
}

function infoV2(random: Random): Tree {
  const leaf = (): Tree => ({
    '': {
      length: random.one([0, 1, 16_384, 40_000, random.edge()]),
      'pieces root': random.bytes(32).toString('latin1'),
    },
  })
  const folder = (depth: number): Tree =>
    Object.fromEntries(
      random.list(1, 3, () => [latin1(random), depth > 3 || random.once(2) ? leaf() : folder(depth + 1)]),
    )
  return {
    'file tree': folder(0),
    'meta version': random.one([2, 2, 2, 1, 3, -1]),
    name: latin1(random),
    'piece length': random.one([16_384, 32_768, 16_385, 2 ** 30]),
  }
}
