import type { Postable, postedEvents } from '../../../../../rpc/event-names.ts'
import type { MethodMember } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'

const posts: readonly [what: Postable, event: (typeof postedEvents)[Postable], brings: string][] = [
  ['download_queue', 'piece_info', 'the pieces that have begun and their blocks'],
  ['file_progress', 'file_progress', 'what `file_progress` returns'],
  ['peer_info', 'peer_info', 'what `peer_info` returns'],
  ['piece_availability', 'piece_availability', 'what `piece_availability` returns'],
  ['status', 'state_update', 'what `status` returns'],
  ['trackers', 'tracker_list', 'what `trackers` returns'],
]

/** Functions that ask for an event. */
export const postMembers: readonly MethodMember<HandleValue>[] = posts.map(([what, event, brings]) => ({
  kind: 'method',
  name: `post_${what}`,
  signature: '()',
  doc: `Asks for the event \`${event}\`, for this script alone, which brings ${brings}. See the package \`events\`.`,
  origin: 'seed',
  call: (api, _L, self) => {
    api.call('events.post', { ...keyOf(self.torrent), what, client: api.client })
    return 0
  },
}))
