import type { ApiClass } from '../describe.ts'
import { plainMethod } from '../plain-members.ts'
import { clientDataClass } from '../values/client-data.ts'
import { infoHashClass, noHash } from '../values/info-hash.ts'
import { torrentInfoClass } from '../values/torrent-info.ts'
import { fetchTorrentInfo } from '../values/torrent-metadata.ts'
import { hashText, keyOf, sameTorrent } from '../values/torrent-ref.ts'
import { currentStatus, currentUserData, findHash } from './current.ts'
import { askPage, type HandleValue, isFresh, Question } from './handle-value.ts'
import { torrentStatusClass } from './status.ts'
import { partialStatusesOf, type StatusValue } from './status-value.ts'
import { controlMembers, queueMembers } from './torrent/control.ts'
import { fileMembers } from './torrent/files.ts'
import { addressMembers, peerMembers } from './torrent/peers.ts'
import { postMembers } from './torrent/posted.ts'
import { propertyMembers } from './torrent/properties.ts'
import { storageMembers } from './torrent/storage.ts'
import { trackerMembers } from './torrent/trackers.ts'
import { urlSeedMembers } from './torrent/url-seeds.ts'

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
    controlMembers.clear_error,
    ...addressMembers,
    controlMembers.flags,
    ...fileMembers,
    controlMembers.force_recheck,
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
    plainMethod(
      'make_magnet_uri',
      'string',
      "A magnet link of the torrent with its name, trackers and web seeds, as libtorrent's make_magnet_uri.",
      'own',
      (self, api) => api.call('torrents.magnet_uri', keyOf(self.torrent)).magnet_uri,
    ),
    ...storageMembers,
    ...propertyMembers,
    ...peerMembers,
    ...postMembers,
    ...urlSeedMembers,
    ...trackerMembers,
    controlMembers.pause,
    ...queueMembers,
    controlMembers.resume,
    controlMembers.set_flags,
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
          : { torrent, data: currentStatus(api, self), complete: true, learned: undefined }
        if (!status.complete) api.shared(partialStatusesOf).add(status)
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
