import { Type } from 'typebox'
import { method, object } from './method.ts'
import { category, torrentKey } from './types.ts'

/** Client data of a torrent as it stands. */
const UserData = object({ category, tags: Type.Array(Type.String()) })

/** Methods about the category and the tags of a torrent. */
export const userDataMethods = {
  'torrents.userdata.get': method({
    params: object(torrentKey),
    result: UserData,
    changes: false,
    doc: 'Returns category and tags.',
  }),
  'torrents.userdata.update': method({
    params: object({
      ...torrentKey,
      category: Type.Optional(category),
      tags: Type.Optional(Type.Array(Type.String(), { description: 'replaces all tags' })),
      add_tags: Type.Optional(Type.Array(Type.String())),
      remove_tags: Type.Optional(Type.Array(Type.String())),
    }),
    result: UserData,
    changes: true,
    doc: 'Changes category or tags and returns them as they are then; durable when it answers.',
  }),
}
