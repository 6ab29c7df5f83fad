// What makes a status that a script keeps old: src/cli/lua/api/handles/changes.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Changes } from '../../../src/cli/lua/api/handles/changes.ts'
import type { Method } from '../../../src/rpc/contract/index.ts'

const torrent = { session: 'default', info_hash: 'a'.repeat(40) }

/** Changes of an API whose calls are only announced. */
function changes() {
  const channel = { connections: 1 }
  let before: (method: Method, params: object) => void = () => {}
  const made = new Changes({
    channel,
    beforeCall: (listener) => {
      before = listener
    },
  })
  return { made, channel, call: (method: Method) => before(method, torrent) }
}

test('only calls that may change how a torrent stands are counted', () => {
  const { made, call } = changes()
  const start = made.count
  const counted = (method: Method) => {
    call(method)
    return made.count - start
  }
  assert.equal(counted('sessions.list'), 0)
  assert.equal(counted('torrents.pause'), 1)
  assert.equal(counted('torrents.status'), 1)
  assert.equal(counted('torrents.userdata.update'), 1, 'category and tags are kept apart')
  assert.equal(counted('torrents.resume'), 2)
})

test('another connection and an event count like a call', () => {
  const { made, channel } = changes()
  const start = made.count
  channel.connections++
  assert.equal(made.count - start, 1)
  made.note()
  assert.equal(made.count - start, 2)
})

test('only a torrent whose category or tags were changed is relabelled', () => {
  const { made, call } = changes()
  const id = `default/${torrent.info_hash}`
  call('torrents.pause')
  assert.equal(made.relabelled(id), false)
  call('torrents.userdata.update')
  assert.equal(made.relabelled(id), true)
  assert.equal(made.relabelled(`other/${torrent.info_hash}`), false)
})
