import type { RawFile } from './file-fields.ts'

/** What stands under a path: a folder, or the file of that index. */
type Holder = 'folder' | number

/**
 * The files' paths, a number put before the extension of each one that is taken already ("a.txt", "a.1.txt"),
 * so that no two files share a path on disk, nor a file and a folder. As in libtorrent
 * (resolve_duplicate_filenames) case makes no difference for ASCII letters, since disks that ignore it exist,
 * and pad files of one size may share a path, since they are never written.
 */
export function uniquePaths(files: RawFile[]): string[] {
  const taken = new Map<string, Holder>()
  for (const { path } of files) {
    // without the top folder, whose path no file can have
    const top = path.indexOf('/')
    for (let at = path.lastIndexOf('/'); at !== top; at = path.lastIndexOf('/', at - 1)) {
      const folder = lowerCase(path.slice(0, at))
      if (taken.has(folder)) break
      taken.set(folder, 'folder')
    }
  }

  // where the search for a free number goes on; without it a torrent of equal names costs its square
  const lastNumber = new Map<string, number>()
  return files.map((file, index) => {
    const key = lowerCase(file.path)
    const holder = taken.get(key)
    if (holder === undefined) {
      taken.set(key, index)
      return file.path
    }
    if (typeof holder === 'number' && bothPads(file, files[holder]!)) return file.path

    const [base, extension] = splitExtension(file.path)
    let number = lastNumber.get(key) ?? 0
    let path: string
    do {
      number++
      path = `${base}.${number}${extension}`
    } while (taken.has(lowerCase(path)))
    lastNumber.set(key, number)
    taken.set(lowerCase(path), index)
    return path
  })
}

function bothPads(a: RawFile, b: RawFile): boolean {
  return a.pad && b.pad && a.size === b.size
}

function splitExtension(path: string): [base: string, extension: string] {
  const dot = path.lastIndexOf('.')
  return dot <= path.lastIndexOf('/') ? [path, ''] : [path.slice(0, dot), path.slice(dot)]
}

function lowerCase(path: string): string {
  return path.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
