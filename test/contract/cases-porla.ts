import assert from 'node:assert/strict'
import type { porlaMethods } from '../../src/rpc/contract/porla.ts'
import { type Case, type CasesOf, torrent } from './case.ts'
import { magnetHash, type World } from './world.ts'

const names = (torrents: readonly { name?: string }[]) => torrents.map(({ name }) => name)

/** Adds to the session `other`. */
async function addOther(world: World, digit: string, more: object = {}): Promise<void> {
  const params = { session: 'other', info_hash: digit.repeat(40), save_path: '/other', name: digit }
  await world.call('torrents.add', { ...params, ...more })
}

/** `torrents.list` as Porla's clients call it: the right values are those of Porla's src/methods/torrentslist.cpp. */
export const porlaListCases: Case<'torrents.list'>[] = [
  {
    what: "lists the torrents of all sessions as Porla does, when one of Porla's parameters is given",
    params: { page: 0 },
    result: async ({ torrents, ...rest }, world) => {
      assert.deepEqual(rest, {
        ...{ order_by: 'queue_position', order_by_dir: 'asc', page: 0, page_size: 50, next: null },
        ...{ torrents_total: 2, torrents_total_unfiltered: 2 },
      })
      assert.deepEqual(names(torrents), ['world', ''])
      const [file, link] = torrents as unknown as Record<string, unknown>[]
      assert.deepEqual(Object.keys(file!).sort(), [
        ...['active_duration', 'all_time_download', 'all_time_upload', 'download_rate', 'error', 'eta'],
        ...[
          'finished_duration',
          'flags',
          'info_hash',
          'last_download',
          'last_upload',
          'list_peers',
          'list_seeds',
        ],
        ...[
          'metadata',
          'moving_storage',
          'name',
          'num_peers',
          'num_seeds',
          'progress',
          'queue_position',
          'ratio',
        ],
        ...[
          'save_path',
          'seeding_duration',
          'session',
          'size',
          'state',
          'tags',
          'total',
          'total_done',
          'upload_rate',
        ],
      ])
      assert.deepEqual(
        [file?.size, file?.error, file?.last_download, file?.eta, file?.metadata],
        [60_000, null, -1, -1, {}],
      )
      assert.ok(file?.state === 3 || file?.state === 7, 'downloading, or nobody has looked yet')
      assert.deepEqual([link?.state, link?.size, link?.info_hash], [2, -1, [magnetHash, null]])
      await addOther(world, 'b', {
        category: 'films',
        tags: ['x', 'y'],
        metadata: { site: { id: 5 }, note: null },
      })
      await addOther(world, 'a', { category: 'films', tags: ['x'] })
    },
  },
  {
    what: 'filters, and all filters have to be true',
    params: {
      filters: {
        category: 'films',
        tags: 'x',
        session: 'other',
        save_path: '/other',
        query: 'tags contains "y"',
      },
    },
    result: ({ torrents, torrents_total, torrents_total_unfiltered }) => {
      assert.deepEqual([names(torrents), torrents_total, torrents_total_unfiltered], [['b'], 1, 4])
    },
  },
  {
    what: 'orders, and cuts into pages',
    params: { order_by: 'name', order_by_dir: 'desc', page_size: 2, page: 1 },
    result: ({ torrents, torrents_total }) => {
      assert.deepEqual([names(torrents), torrents_total], [['a', ''], 4])
    },
  },
  {
    what: 'tells the metadata that is asked for',
    params: { include_metadata: ['site', 'none'], filters: { session: 'other' }, order_by: 'name' },
    result: async ({ torrents }, world) => {
      const metadata = (list: readonly object[]) => list.map((one) => (one as { metadata: object }).metadata)
      assert.deepEqual(metadata(torrents), [{}, { site: { id: 5 } }])
      const all = (await world.call('torrents.list', { include_metadata: ['*'], query: 'name = "b"' })) as {
        torrents: object[]
      }
      assert.deepEqual(metadata(all.torrents), [{ site: { id: 5 }, note: null }])
    },
  },
  {
    what: 'puts torrents without an eta last in both directions',
    params: { order_by: 'eta', order_by_dir: 'desc' },
    result: ({ torrents }) => assert.equal(torrents.length, 4),
  },
  {
    what: 'has no page past the end',
    params: { page: 1 },
    error: ['InvalidParams', /'page' 1 is past the end/],
  },
  {
    what: 'has one way at a time',
    params: { page: 0, limit: 5 },
    error: ['InvalidParams', /'limit' and 'page' exclude each other/],
  },
  {
    what: 'knows what it can be ordered by',
    params: { order_by: 'nam' } as never,
    error: ['InvalidParams', /'order_by'.*did you mean 'name'/],
  },
  {
    what: 'knows its filters',
    params: { filters: { categori: 'x' } } as never,
    error: ['InvalidParams', /'filters.categori'.*did you mean 'category'/],
  },
  {
    what: 'knows its sessions',
    params: { filters: { session: 'nope' } },
    error: ['UnknownSession', /'nope'/],
  },
  {
    what: 'reads the query',
    params: { filters: { query: 'ratio > ' } },
    error: ['InvalidQuery', /column 9/],
  },
]

/** `torrents.remove` as Porla's clients call it. */
export const porlaRemoveCases: Case<'torrents.remove'>[] = [
  {
    what: 'removes several, and says which are not there',
    params: { info_hashes: ['c'.repeat(40)], remove_data: false },
    result: async ({ warnings }, world) => {
      assert.deepEqual(warnings, [`there is no torrent ${'c'.repeat(40)}: it was not removed`])
      await addOther(world, 'a')
      await addOther(world, 'b')
      const info_hashes = ['a'.repeat(40), ['b'.repeat(40), null], 'a'.repeat(40)]
      assert.deepEqual(await world.call('torrents.remove', { info_hashes, remove_data: true }), {
        warnings: [],
      })
      const { sessions } = (await world.call('sessions.list', {})) as {
        sessions: { torrents_total: number }[]
      }
      assert.equal(sessions[1]?.torrents_total, 0)
    },
  },
  {
    what: 'wants one of the two',
    params: {},
    error: ['InvalidParams', /'info_hash' is missing, or 'info_hashes'/],
  },
  {
    what: 'takes no contradiction',
    params: { info_hashes: [], remove_data: true, remove_files: false },
    error: ['InvalidParams', /'remove_data' is the same as 'remove_files'/],
  },
]

/** Methods that are here for Porla's clients. */
export const porlaCases: CasesOf<Exclude<keyof typeof porlaMethods, 'sys.versions'>> = {
  'torrents.metadata.list': [
    {
      what: 'is empty when nothing was given',
      params: torrent,
      result: async ({ metadata }, world) => {
        assert.deepEqual(metadata, {})
        await addOther(world, 'a', { metadata: { x: [1, { y: 'ä' }] } })
        assert.deepEqual(await world.call('torrents.metadata.list', { info_hash: 'a'.repeat(40) }), {
          metadata: { x: [1, { y: 'ä' }] },
        })
      },
    },
  ],
  'torrents.overview': [
    {
      what: 'counts',
      params: {},
      result: async ({ sessions }, world) => {
        const { torrents_per_state, ...rest } = sessions.default!
        assert.equal(torrents_per_state.downloading_metadata, 1)
        assert.deepEqual(rest, {
          torrents_per_category: {},
          torrents_per_tag: { first: 1 },
          torrents_per_tracker: {},
          torrents_total: 2,
        })
        const trackers = ['udp://127.0.0.1:1', 'udp://127.0.0.1:2']
        await addOther(world, 'a', { category: 'c', tags: ['t', 'u'], trackers })
        await addOther(world, 'b', { category: 'c', tags: ['t'], trackers: trackers.slice(1) })
        const after = (await world.call('torrents.overview', {})) as { sessions: { other: object } }
        assert.deepEqual(after.sessions.other, {
          torrents_per_category: { c: 2 },
          torrents_per_state: { downloading_metadata: 2 },
          torrents_per_tag: { t: 2, u: 1 },
          torrents_per_tracker: { [trackers[0]!]: 1, [trackers[1]!]: 2 },
          torrents_total: 2,
        })
      },
    },
  ],
}
