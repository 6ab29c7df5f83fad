import { BDict, type BValue } from './dict.ts'
import { MetainfoError } from './error.ts'
import { elements, fileFields, padFile, type RawFile } from './file-fields.ts'
import { ownPath } from './own-path.ts'
import { pathElement } from './path-element.ts'

/** BitComet's pad files, which are older than BEP 47. */
const bitCometPad = '_____padding_file_'

/**
 * Linux's PATH_MAX, and the depth that libtorrent allows a v2 tree. No real torrent comes near either, and
 * such paths, of which each folder has to be compared with all files, would only cost time.
 */
const longestPath = 4096
const deepestPath = 100

/** The one file of an info dictionary without `files`. Throws MetainfoError. */
export function singleFile(info: BDict): RawFile {
  const fields = fileFields(info)
  const raw = info.bytes('name.utf-8') ?? info.bytes('name')
  const path = raw === undefined || raw.length === 0 ? null : pathElement(raw)
  if (path === null) throw new MetainfoError('missing name in torrent file')
  return { ...fields, ...named([raw!], path), pad: fields.pad || path.includes(bitCometPad) }
}

/** `path` and, where the torrent spells it in another way, `own`. */
function named(elements: Uint8Array[], path: string): { path: string; own?: string } {
  const own = ownPath(elements, path)
  return own === undefined ? { path } : { path, own }
}

/**
 * The files of an info dictionary's `files`, below the top folder `name`, which the torrent spells `rawName`. Throws
 * MetainfoError.
 */
export function listedFiles(list: BValue[], name: string, rawName: Uint8Array): RawFile[] {
  const top = pathElement(rawName) === null ? Buffer.from(name) : rawName
  return list.map((dict) => {
    if (!(dict instanceof BDict)) throw new MetainfoError('failed to parse files from torrent file')
    const fields = fileFields(dict)
    const raw = dict.list('path.utf-8') ?? dict.list('path') ?? []
    if (raw.length === 0) {
      if (fields.pad) return padFile(`.pad/${fields.size}`, fields.size)
      throw new MetainfoError('missing name in torrent file')
    }
    const safe = elements(raw)
    const path = [name, ...(safe.length === 0 ? ['_'] : safe)].join('/')
    if (path.length > longestPath || safe.length > deepestPath) throw new MetainfoError('File name too long')
    const spelled = [top, ...(raw as Uint8Array[])]
    return { ...fields, ...named(spelled, path), pad: fields.pad || path.includes(bitCometPad) }
  })
}
