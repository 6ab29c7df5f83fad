import { randomUUID } from 'node:crypto'

/**
 * Names of our own during a move. The index tells files of one folder apart; they are not made from the file's name,
 * which may have all the bytes that a name can have.
 */
const beside = (name: string, own: string) => `${name.slice(0, name.lastIndexOf('/') + 1)}.${own}`

/** A copy that waits beside its target until every file of its torrent has arrived. */
export function waitingName(name: string, infoHash: string, index: number): string {
  return beside(name, `${infoHash}.${index}.moving`)
}

/** An old file that is about to be deleted, in its old folder. */
export function asideName(name: string, infoHash: string, index: number): string {
  return beside(name, `${infoHash}.${index}.moved`)
}

/** An empty file that is there for a moment, under a name that no cache can know. */
export function probeName(infoHash: string): string {
  return `.${infoHash}.${randomUUID()}.moving`
}

/** Whether a name in a folder is one that `probeName` gave out, now or in an earlier try. */
export function isProbeName(name: string, infoHash: string): boolean {
  return name.startsWith(`.${infoHash}.`) && /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.moving$/.test(name)
}
