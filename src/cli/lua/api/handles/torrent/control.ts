import type { MethodMember } from '../../describe.ts'
import { pushFlags, readFlags } from '../../values/flags.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import { currentStatus } from '../current.ts'
import { askPage, type HandleValue, Question } from '../handle-value.ts'

type Method = MethodMember<HandleValue>

/** A method that only tells the daemon what to do. */
function command(
  name: string,
  doc: string,
  method: 'torrents.pause' | 'torrents.resume' | 'torrents.recheck' | 'torrents.errors.clear',
): Method {
  const call: Method['call'] = (api, _L, self) => {
    api.call(method, keyOf(self.torrent))
    return 0
  }
  return { kind: 'method', name, signature: '()', doc, origin: 'seed', call }
}

/** Moves in the queue; `queue_position_up` is towards 0. */
const moves = (['top', 'up', 'down', 'bottom'] as const).map((to): Method => {
  const doc = {
    top: 'Makes it the first of the queue.',
    up: 'Moves it one place towards 0.',
    down: 'Moves it one place away from 0.',
    bottom: 'Makes it the last of the queue.',
  }
  const call: Method['call'] = (api, _L, self) => {
    api.call('torrents.queue.move', { ...keyOf(self.torrent), to })
    return 0
  }
  return {
    kind: 'method',
    name: `queue_position_${to}`,
    signature: '()',
    doc: `${doc[to]} No effect at that end, and on a finished torrent.`,
    origin: 'seed',
    call,
  }
})

/** Place in the queue. */
export const queueMembers: readonly Method[] = [
  {
    kind: 'method',
    name: 'queue_position',
    signature: '(): integer',
    doc: 'Place among the unfinished torrents of the session, from 0; -1 when finished.',
    origin: 'seed',
    call: (api, L, self) => {
      const answer = askPage(api, self, Question.status)
      answer?.page.learned.add('queue_position')
      api.lua.pushInteger(L, answer?.data.queue_position ?? currentStatus(api, self).queue_position)
      return 1
    },
  },
  ...moves,
]

/** What starts and stops a torrent, and its flags. */
export const controlMembers = {
  clear_error: command(
    'clear_error',
    'Forgets the error and starts the torrent again.',
    'torrents.errors.clear',
  ),
  force_recheck: command(
    'force_recheck',
    'Forgets which pieces are there and hashes the files again. A paused torrent waits until it is resumed.',
    'torrents.recheck',
  ),
  pause: command('pause', 'Pauses the torrent until it is resumed; the queue lets it be.', 'torrents.pause'),
  resume: command(
    'resume',
    'Resumes the torrent, clears its error, and gives it back to the queue.',
    'torrents.resume',
  ),
  flags: {
    kind: 'method',
    name: 'flags',
    signature: '(): table<string, boolean>',
    doc: "libtorrent's twenty flags by name, as a new table.",
    origin: 'seed',
    call: (api, L, self) => {
      const answer = askPage(api, self, Question.status)
      answer?.page.learned.add('flags')
      pushFlags(api, L, answer?.data.flags ?? currentStatus(api, self).flags)
      return 1
    },
  } satisfies Method,
  set_flags: {
    kind: 'method',
    name: 'set_flags',
    signature: '(flags: table<string, boolean>)',
    doc: 'Sets or clears the flags that the table names, together; the others stay.',
    origin: 'seed',
    call: (api, L, self) => {
      const flags = api.argument(2, () => readFlags(api, L, 2))
      api.warn(api.call('torrents.flags.set', { ...keyOf(self.torrent), flags }).warnings)
      return 0
    },
  } satisfies Method,
}
