import assert from 'node:assert/strict'
import type { propertyMethods } from '../../src/rpc/contract/properties.ts'
import { type CasesOf, statusOf, torrent } from './case.ts'

const unlimited = { download_limit: -1, upload_limit: -1, max_connections: 16777215, max_uploads: 16777215 }

/** Limits and flags. */
export const propertyCases: CasesOf<keyof typeof propertyMethods> = {
  'torrents.properties.get': [
    {
      what: 'reads unlimited as libtorrent does',
      params: torrent,
      result: ({ flags, ...limits }) => {
        assert.deepEqual(limits, unlimited)
        assert.deepEqual(flags.toSorted(), ['apply_ip_filter', 'auto_managed', 'paused'])
      },
    },
  ],
  'torrents.properties.set': [
    {
      what: 'changes what is given',
      params: { ...torrent, download_limit: 1000, max_uploads: 1, flags: { sequential_download: true } },
      result: async ({ warnings }, world) => {
        assert.deepEqual(warnings, [])
        const { flags, ...limits } = (await world.call('torrents.properties.get', torrent)) as {
          flags: string[]
        }
        assert.deepEqual(limits, { ...unlimited, download_limit: 1000, max_uploads: 1 })
        assert.ok(flags.includes('sequential_download'))
        assert.equal((await statusOf(world)).uploads_limit, 1)
      },
    },
    {
      what: 'takes 0 and less as unlimited',
      params: { ...torrent, download_limit: 0, upload_limit: -5, max_connections: 0, max_uploads: -1 },
      result: async (_, world) => {
        const { flags: __, ...limits } = (await world.call('torrents.properties.get', torrent)) as {
          flags: string[]
        }
        assert.deepEqual(limits, unlimited)
      },
    },
    {
      what: 'warns of a flag without effect',
      params: { ...torrent, flags: { share_mode: true } },
      result: ({ warnings }) => assert.match(warnings.join(), /share_mode/),
    },
    {
      what: 'refuses what is no int',
      params: { ...torrent, download_limit: 2 ** 31 },
      error: ['InvalidParams', /'download_limit'/],
    },
    {
      what: 'refuses half a connection',
      params: { ...torrent, max_connections: 1.5 },
      error: ['InvalidParams', /'max_connections'/],
    },
  ],
}
