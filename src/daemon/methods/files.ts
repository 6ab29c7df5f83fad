import type { fileMethods } from '../../rpc/contract/files.ts'
import type { Handlers } from '../../rpc/contract/index.ts'
import {
  closeFiles,
  filePriorities,
  fileProgressOf,
  filesOf,
  prioritizeFiles,
} from '../session/actions/files.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about the files of a torrent. */
export function fileHandlers(find: Find): Pick<Handlers, keyof typeof fileMethods> {
  return {
    'torrents.files.list': async (key) => ({ files: await filesOf(...find(key)) }),
    'torrents.files.priorities': async (key) => ({ priorities: await filePriorities(...find(key)) }),
    'torrents.files.progress': async (key) => ({ progress: await fileProgressOf(...find(key)) }),
    'torrents.files.close': async (key) => {
      await closeFiles(...find(key))
      return null
    },
    'torrents.files.prioritize': ({ priorities, ...key }) => {
      prioritizeFiles(...find(key), priorities)
      return null
    },
  }
}
