import { isIP } from 'node:net'
import type { TorrentStatus } from '../../../rpc/contract/types.ts'
import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import { ArgumentError } from '../vm/errors.ts'
import type { State } from '../vm/raw.ts'
import type { Api } from './api.ts'
import { clientDataClass, type UserData } from './client-data.ts'
import type { ApiClass, MethodMember } from './describe.ts'
import { pushFlags, readFlags } from './flags.ts'
import { fileMembers } from './handle-files.ts'
import { limitMembers } from './handle-limits.ts'
import { peerMembers } from './handle-peers.ts'
import { postMembers } from './handle-post.ts'
import { trackerMembers } from './handle-trackers.ts'
import { urlSeedMembers } from './handle-url-seeds.ts'
import { infoHashClass, noHash } from './info-hash.ts'
import { absolutePath } from './paths.ts'
import { torrentInfoClass } from './torrent-info.ts'
import { fetchTorrentInfo } from './torrent-metadata.ts'
import { hashText, keyOf, sameTorrent, type TorrentRef, torrentId } from './torrent-ref.ts'
import { type Field, type StatusValue, torrentStatusClass } from './torrent-status.ts'
import { readInteger } from './values.ts'

/** A torrent of a session. Holds no state of it: only its name, and what the page it came with said. */
export interface HandleValue {
  readonly torrent: TorrentRef
  page: Page | undefined
  /** The torrent's status in that page. */
  readonly data: Partial<TorrentStatus> | undefined
  /** Which questions the page has answered already, as a sum of `Question`. */
  answered: number
}

/** What a page can answer once for each handle; then the daemon is asked, so that a script can wait for a change. */
const Question = { status: 1, userData: 2, valid: 4 } as const

/** What the handles of a page have in common. */
export interface Page {
  /** Whether it has every property. */
  readonly complete: boolean
  /** `channel.changes` when it was read: another number now means that it may be old. */
  readonly changes: number
  /** Collects the names of properties that are read. */
  readonly learned: Set<Field>
}

interface PageAnswer {
  readonly page: Page
  readonly data: Partial<TorrentStatus>
}

/** A handle that knows nothing of its torrent. */
export function handleOf(torrent: TorrentRef): HandleValue {
  return { torrent, page: undefined, data: undefined, answered: 0 }
}

/** Whether the script has changed nothing since the handle's page was read. */
function isFresh(api: Api, handle: HandleValue): handle is HandleValue & PageAnswer {
  return handle.page?.changes === api.channel.changes
}

/** What the page has to say to a question; undefined when it may be old, and the second time. */
function askPage(
  api: Api,
  handle: HandleValue,
  question: (typeof Question)[keyof typeof Question],
): PageAnswer | undefined {
  if ((handle.answered & question) !== 0 || !isFresh(api, handle)) return undefined
  handle.answered |= question
  return handle
}

/** Category and tags as they are: from the page, or from the daemon. */
function currentUserData(api: Api, handle: HandleValue): UserData {
  const answer = askPage(api, handle, Question.userData)
  if (answer) {
    answer.page.learned.add('category').add('tags')
    const { category, tags } = answer.data
    if (category !== undefined && tags && !api.relabelled.has(torrentId(handle.torrent)))
      return { category, tags }
  }
  return api.call('torrents.userdata.get', keyOf(handle.torrent))
}

/** The status as the daemon has it now. */
function freshStatus(api: Api, handle: HandleValue): TorrentStatus {
  return api.call('torrents.status', keyOf(handle.torrent))
}

/** The full hash of the torrent, null when it is gone. */
function findHash(api: Api, handle: HandleValue): TorrentStatus['info_hash'] | null {
  try {
    return api.call('torrents.find', keyOf(handle.torrent)).info_hash
  } catch (error) {
    if (error instanceof RpcError && error.code === ErrorCode.UnknownSession) return null
    throw error
  }
}

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

const queueMembers: readonly Method[] = [
  {
    kind: 'method',
    name: 'queue_position',
    signature: '(): integer',
    doc: 'Place among the unfinished torrents of the session, from 0; -1 when finished.',
    origin: 'seed',
    call: (api, L, self) => {
      const answer = askPage(api, self, Question.status)
      answer?.page.learned.add('queue_position')
      api.lua.pushInteger(L, answer?.data.queue_position ?? freshStatus(api, self).queue_position)
      return 1
    },
  },
  ...moves,
]

function checkAddress(api: Api, L: State, arg: number): string {
  const ip = api.lua.checkText(L, arg)
  if (isIP(ip) === 0) throw new ArgumentError(arg, `IP address expected, got '${ip}'`)
  return ip
}

export const torrentHandleClass: ApiClass<HandleValue> = {
  name: 'TorrentHandle',
  doc:
    'A torrent of a session. Every call asks the daemon. Once the torrent is removed every method raises ' +
    '`invalid torrent handle used`, except `is_valid` and `info_hash`.',
  origin: 'seed',
  operators: [
    '`a == b` is true for the same torrent of the same session.',
    '`pairs(torrent)` has its `info_hash` as plain data; `pairs(torrent:status())` has the rest.',
  ],
  isData: (name) => name === 'info_hash',
  elsewhere: (name) => {
    const has = (cls: { members: readonly { name: string }[] }) =>
      cls.members.some((member) => member.name === name)
    if (has(torrentStatusClass)) return `torrent:status().${name}`
    if (has(clientDataClass)) return `torrent:userdata().${name}`
    if (has(torrentInfoClass)) return `torrent:torrent_file():${name}()`
    return undefined
  },
  members: [
    command('clear_error', 'Forgets the error and starts the torrent again.', 'torrents.errors.clear'),
    {
      kind: 'method',
      name: 'connect_peer',
      signature: '(ip: string, port: integer)',
      doc: 'Offers the address of a peer. It is kept until the torrent runs.',
      origin: 'own',
      call: (api, L, self) => {
        const ip = checkAddress(api, L, 2)
        const port = api.argument(3, () => readInteger(api.lua, L, 3, 1, 65535))
        api.call('torrents.peers.add', { ...keyOf(self.torrent), ip, port })
        return 0
      },
    },
    {
      kind: 'method',
      name: 'clear_peers',
      signature: '()',
      doc: 'Disconnects all peers and forgets their addresses; those who connect again are let in.',
      origin: 'seed',
      call: (api, _L, self) => {
        api.call('torrents.peers.clear', keyOf(self.torrent))
        return 0
      },
    },
    {
      kind: 'method',
      name: 'flags',
      signature: '(): table<string, boolean>',
      doc: "libtorrent's twenty flags by name, as a new table.",
      origin: 'seed',
      call: (api, L, self) => {
        const answer = askPage(api, self, Question.status)
        answer?.page.learned.add('flags')
        pushFlags(api, L, answer?.data.flags ?? freshStatus(api, self).flags)
        return 1
      },
    },
    ...fileMembers,
    command(
      'force_recheck',
      'Forgets which pieces are there and hashes the files again. A paused torrent waits until it is resumed.',
      'torrents.recheck',
    ),
    {
      kind: 'method',
      name: 'info_hash',
      signature: '(): InfoHash',
      doc: 'What identifies the torrent; both parts are nil once it is removed.',
      origin: 'seed',
      call: (api, L, self) => {
        const hash = isFresh(api, self) ? self.torrent.hash : (findHash(api, self) ?? noHash)
        api.push(L, infoHashClass, hash)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'is_valid',
      signature: '(): boolean',
      doc: 'Whether the torrent is still in its session.',
      origin: 'seed',
      call: (api, L, self) => {
        const there = askPage(api, self, Question.valid) !== undefined || findHash(api, self) !== null
        api.lua.pushBoolean(L, there)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'make_magnet_uri',
      signature: '(): string',
      doc: "A magnet link of the torrent with its name, trackers and web seeds, as libtorrent's make_magnet_uri.",
      origin: 'own',
      call: (api, L, self) => {
        api.lua.pushText(L, api.call('torrents.magnet_uri', keyOf(self.torrent)).magnet_uri)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'move_storage',
      signature: '(path: string)',
      doc:
        'Moves all files to another folder, which is created; files of the same names there are replaced. Returns at ' +
        'once: `moving_storage` is true until it is done, and `save_path` changes then. It ends in the event ' +
        '`torrent_moved`, or in `torrent_move_failed`, and then nothing has changed. ' +
        "A relative path starts at the script's current folder. Before the metadata " +
        'is there only the path changes.',
      origin: 'seed',
      call: (api, L, self) => {
        const path = api.lua.checkText(L, 2)
        if (path === '') throw new ArgumentError(2, 'path expected, got an empty string')
        api.call('torrents.move', { ...keyOf(self.torrent), path: absolutePath(api, path) })
        return 0
      },
    },
    ...limitMembers,
    ...peerMembers,
    ...postMembers,
    ...urlSeedMembers,
    ...trackerMembers,
    command('pause', 'Pauses the torrent until it is resumed; the queue lets it be.', 'torrents.pause'),
    ...queueMembers,
    command(
      'resume',
      'Resumes the torrent, clears its error, and gives it back to the queue.',
      'torrents.resume',
    ),
    {
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
    },
    {
      kind: 'method',
      name: 'status',
      signature: '(): TorrentStatus',
      doc: 'How the torrent is at this moment.',
      origin: 'seed',
      call: (api, L, self) => {
        const { torrent } = self
        const answer = askPage(api, self, Question.status)
        const status: StatusValue = answer
          ? { torrent, data: answer.data, complete: answer.page.complete, learned: answer.page.learned }
          : { torrent, data: freshStatus(api, self), complete: true, learned: undefined }
        if (!status.complete) api.partials.add(status)
        api.push(L, torrentStatusClass, status)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'torrent_file',
      signature: '(): TorrentInfo?',
      doc: 'What its torrent file says; nil before the metadata is there.',
      origin: 'seed',
      call: (api, L, self) => {
        const info = fetchTorrentInfo(api, self.torrent)
        if (info) api.push(L, torrentInfoClass, info)
        else api.lua.pushNil(L)
        return 1
      },
    },
    {
      kind: 'method',
      name: 'userdata',
      signature: '(): TorrentClientData',
      doc: 'Category and tags, live.',
      origin: 'seed',
      call: (api, L, self) => {
        const known = currentUserData(api, self)
        api.push(L, clientDataClass, { torrent: self.torrent, known, knownAt: api.channel.calls })
        return 1
      },
    },
  ],
  equals: (a, b) => sameTorrent(a.torrent, b.torrent),
  text: ({ torrent }) => `TorrentHandle (${torrent.session}/${hashText(torrent.hash)})`,
}
