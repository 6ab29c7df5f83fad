import { Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { FlagChanges, torrentKey, Warnings } from './types.ts'

/** Methods that let a torrent run or not: pause, error, check, flags, place in the queue. */
export const controlMethods = {
  'torrents.pause': method({
    params: object(torrentKey),
    result: nothing,
    changes: true,
    doc: "Pauses a torrent until it is resumed: it leaves the queue's hands.",
  }),
  'torrents.resume': method({
    params: object(torrentKey),
    result: nothing,
    changes: true,
    doc: 'Resumes a torrent, clears its error and gives it back to the queue.',
  }),
  'torrents.recheck': method({
    params: object(torrentKey),
    result: nothing,
    changes: true,
    doc: 'Forgets which pieces are there and hashes the files again.',
  }),
  'torrents.errors.clear': method({
    params: object(torrentKey),
    result: nothing,
    changes: true,
    doc: 'Clears the error of a torrent and starts it again.',
  }),
  'torrents.flags.set': method({
    params: object({ ...torrentKey, flags: FlagChanges }),
    result: object({ warnings: Warnings }),
    changes: true,
    doc: 'Sets or clears flags; those that are left out stay.',
  }),
  'torrents.queue.move': method({
    params: object({ ...torrentKey, to: Type.Enum(['top', 'up', 'down', 'bottom']) }),
    result: object({
      queue_position: Type.Integer({ description: 'the place it has now, -1 for a finished torrent' }),
    }),
    changes: true,
    doc: 'Moves a torrent in the queue; no effect at the ends and on finished torrents.',
  }),
}
