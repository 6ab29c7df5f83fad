import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeTree } from '../fuzz/bencoded.ts'
import { bytes } from '../helpers/data.ts'

export interface SoakTorrent {
  infoHash: string
  /** The torrent file as base64. */
  ti: string
  name: string
  size: number
}

const pieceLength = 32_768

/** Writes so many torrents of one file and their data to a folder: 100 KB to 1.6 MB each. */
export async function writeTorrents(folder: string, count: number): Promise<SoakTorrent[]> {
  const made: SoakTorrent[] = []
  for (let index = 0; index < count; index++) {
    const size = 100_000 * (1 + (index % 16)) + index
    const name = `soak-${index}.bin`
    const data = bytes(size, index % 250)
    // no two torrents share their first bytes, so none has the hash of another
    data.writeUInt32BE(index)
    const sha1 = (part: Uint8Array) => createHash('sha1').update(part).digest()
    const pieces = Array.from({ length: Math.ceil(size / pieceLength) }, (_, piece) =>
      sha1(data.subarray(piece * pieceLength, (piece + 1) * pieceLength)).toString('latin1'),
    )
    const info = encodeTree({ length: size, name, 'piece length': pieceLength, pieces: pieces.join('') })
    const file = Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('e')])
    await writeFile(join(folder, name), data)
    await writeFile(join(folder, `${name}.torrent`), file)
    made.push({ infoHash: sha1(info).toString('hex'), ti: file.toString('base64'), name, size })
  }
  return made
}
