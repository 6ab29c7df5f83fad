import type { RawFile } from './file-fields.ts'

/**
 * The targets of a torrent's symbolic links by file index, as paths below the save path. A link may point to
 * a file or folder of the torrent, named from the top folder or from the link's own folder, also through
 * other links; one that does not is given itself as its target. (libtorrent: sanitize_symlinks)
 */
export function linkTargets(files: RawFile[], name: string): Map<number, string> {
  const targets = new Map<number, string>()
  if (!files.some((file) => file.target !== null)) return targets

  const inside = (path: string) => (path.startsWith(`${name}/`) ? path.slice(name.length + 1) : path)
  const names = new Map<string, RawFile>()
  const folders = new Set<string>()
  for (const file of files) {
    const path = inside(file.path)
    if (!names.has(path)) names.set(path, file)
    for (let folder = parent(path); folder !== '' && !folders.has(folder); folder = parent(folder)) {
      folders.add(folder)
    }
  }

  // Links that may stand for a folder, for the targets that lead through them.
  const folderLinks = new Map<string, string>()
  const open: [index: number, path: string, target: string][] = []
  for (const [index, file] of files.entries()) {
    if (file.target === null) continue
    const path = inside(file.path)
    const candidates = [file.target, join(parent(path), file.target)]
    const target = candidates.find((candidate) => names.has(candidate) || folders.has(candidate))
    if (target === undefined) open.push([index, path, file.target])
    else targets.set(index, target)
    const leadsToFile = target !== undefined && names.has(target) && names.get(target)?.target === null
    if (!leadsToFile) folderLinks.set(path, target ?? file.target)
  }

  for (const [index, path, target] of open) {
    const end = follow(target, folders, folderLinks)
    targets.set(index, end !== null && (names.has(end) || folders.has(end)) ? target : path)
  }
  for (const [index, target] of targets) targets.set(index, join(name, target))
  return targets
}

/** As many links as Linux follows in one path. */
const mostLinks = 40

/** Where a path leads when the links in its folders are followed, each at most once; null for nowhere. */
function follow(path: string, folders: Set<string>, links: Map<string, string>): string | null {
  const seen = new Set<string>()
  let at = path.indexOf('/')
  while (at !== -1) {
    const branch = path.slice(0, at)
    if (folders.has(branch)) {
      at = path.indexOf('/', at + 1)
      continue
    }
    const target = links.get(branch)
    if (target === undefined || seen.has(branch) || seen.size >= mostLinks) return null
    seen.add(branch)
    path = join(target, path.slice(at + 1))
    at = path.indexOf('/')
  }
  return path
}

function parent(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

function join(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`
}
