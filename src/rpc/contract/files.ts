import { Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { Count, int32, torrentKey } from './types.ts'

/** One file of a torrent, pad files included. */
const File = object({
  index: Type.Integer({ minimum: 0, description: 'from 0, in the order of the metadata' }),
  path: Type.String({ description: 'below the save path, top folder included' }),
  size: Count,
  priority: Type.Integer({ minimum: 0, maximum: 7, description: '0 is not wanted' }),
  progress: Type.Integer({ minimum: 0, description: 'bytes that are there' }),
  name: Type.String({ description: 'last part of the path' }),
  offset: Type.Integer({ minimum: 0, description: 'where it starts in the torrent, bytes' }),
  flags: Type.Integer({ description: 'bits: 1 pad file, 2 hidden, 4 executable, 8 symbolic link' }),
  absolute_path: Type.Boolean({ description: 'always false' }),
  num_pieces: Type.Integer({ minimum: 0, description: 'its size in pieces, rounded up' }),
  num_blocks: Type.Integer({ minimum: 0, description: 'its size in blocks of 16 KiB, rounded up' }),
  first_piece_node: Type.Integer({
    description: 'of its hash tree (BEP 52): the first node of the layer of pieces',
  }),
  first_block_node: Type.Integer({ description: 'the same of the layer of blocks' }),
})

/** Methods about the files of a torrent. */
export const fileMethods = {
  'torrents.files.list': method({
    params: object(torrentKey),
    result: object({ files: Type.Array(File) }),
    changes: false,
    doc: 'Lists the files of a torrent with their priority and what of them is there; none before metadata.',
  }),
  'torrents.files.priorities': method({
    params: object(torrentKey),
    result: object({ priorities: Type.Array(Type.Integer({ minimum: 0, maximum: 7 })) }),
    changes: false,
    doc: 'Returns the priority of every file; before metadata what was given.',
  }),
  'torrents.files.progress': method({
    params: object(torrentKey),
    result: object({ progress: Type.Array(Count, { description: 'bytes of each file that are there' }) }),
    changes: false,
    doc: 'Returns what of every file is there, complete blocks of unfinished pieces included; none before metadata.',
  }),
  'torrents.files.close': method({
    params: object(torrentKey),
    result: nothing,
    changes: false,
    doc: 'Closes the files of a torrent, which are opened again when they are needed; harmless while it does not run.',
  }),
  'torrents.files.prioritize': method({
    params: object({
      ...torrentKey,
      priorities: Type.Array(Type.Integer(int32), {
        description: '0 (not wanted) to 7 for each file; others count as 7, files that are left out get 4',
      }),
    }),
    result: nothing,
    changes: true,
    doc: 'Sets the priority of every file.',
  }),
}
