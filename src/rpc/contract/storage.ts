import { Type } from 'typebox'
import { method, nothing, object } from './method.ts'
import { torrentKey } from './types.ts'

/** Methods about where the files of a torrent are. */
export const storageMethods = {
  'torrents.move': method({
    params: object({
      ...torrentKey,
      path: Type.String({ description: 'the new save path; absolute, created when missing' }),
      flags: Type.Optional(
        Type.Enum(['always_replace_files', 'dont_replace', 'fail_if_exist'], {
          description: 'only `always_replace_files`, which is the default, can be done',
        }),
      ),
    }),
    result: nothing,
    changes: true,
    doc:
      'Moves the files of a torrent to another folder, replacing files of the same names. Answers when that is kept; ' +
      '`moving_storage` is true until it is done, and `save_path` changes then. Before metadata only the path changes.',
  }),
}
