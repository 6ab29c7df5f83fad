// The tables that describe the API are complete, and agree with the contract.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changingMethods } from '../../src/cli/daemon/changing-methods.ts'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { described } from '../../src/rpc/contract/docs/field.ts'
import { contract } from '../../src/rpc/contract/index.ts'
import { PeerInfo } from '../../src/rpc/contract/peers.ts'
import { AnnounceEntry } from '../../src/rpc/contract/trackers.ts'
import { TorrentStatus } from '../../src/rpc/contract/types.ts'

const owners = [...apiClasses, ...apiModules]

test('every member has a name of its own, a sentence and a signature or type', () => {
  assert.equal(new Set(owners.map(({ name }) => name)).size, owners.length)
  for (const owner of owners) {
    assert.ok(owner.doc.length > 10, owner.name)
    assert.equal(new Set(owner.members.map(({ name }) => name)).size, owner.members.length, owner.name)
    for (const member of owner.members) {
      const where = `${owner.name}.${member.name}`
      assert.match(member.name, /^[a-z][a-z0-9_]{0,39}$/, where)
      assert.match(member.doc, /[.`]$/, where)
      if (member.kind === 'property') assert.ok(member.type, where)
      else if (member.kind !== 'constant') assert.match(member.signature, /^\(.*\)(: .+)?$/, where)
    }
  }
})

test('every type that is named is Lua’s or a class', () => {
  const known = new Set(['string', 'integer', 'number', 'boolean', 'table', 'fun', 'List'])
  for (const { name } of apiClasses) known.add(name)
  for (const owner of owners) {
    for (const member of owner.members) {
      if (member.kind === 'constant') continue
      const text = member.kind === 'property' ? member.type : member.signature
      // Names before a colon are parameters and fields.
      const types = text.replace(/[a-z_]+\??:(?=\s)/g, '').match(/[A-Za-z_.]+/g) ?? []
      for (const type of types) assert.ok(known.has(type), `${owner.name}.${member.name}: ${type}`)
    }
  }
})

test('TorrentStatus has every field of the contract that belongs to the torrent', () => {
  const status = apiClasses.find(({ name }) => name === 'TorrentStatus')
  const names = new Set(status?.members.map(({ name }) => name))
  // What TorrentClientData tells.
  const elsewhere = new Set(['session', 'category', 'tags'])
  for (const field of Object.keys(TorrentStatus.properties)) {
    assert.equal(names.has(field), !elsewhere.has(field), field)
    names.delete(field)
  }
  assert.deepEqual([...names].sort(), ['handle', 'torrent_file'])
})

test('a field of a status, a peer and a tracker has one description, in the contract and in Lua', () => {
  const endpoint = AnnounceEntry.properties.endpoints.items
  const pairs: [string, Readonly<Record<string, object>>][] = [
    ['TorrentStatus', TorrentStatus.properties],
    ['PeerInfo', PeerInfo.properties],
    ['AnnounceEntry', AnnounceEntry.properties],
    ['AnnounceEndpoint', endpoint.properties],
    ['AnnounceInfoHash', endpoint.properties.info_hashes.items[0].properties],
  ]
  for (const [name, schemas] of pairs) {
    const members = apiClasses.find((cls) => cls.name === name)?.members ?? []
    const both = members.filter((member) => member.name in schemas)
    assert.ok(both.length >= 3, name)
    for (const member of both) {
      const { description } = schemas[member.name] as { description?: string }
      // A named type of the reference, which has no description here.
      if (member.name === 'info_hash') continue
      assert.equal(description, described({ ...member }), `${name}.${member.name}`)
    }
  }
})

test('the list of changing methods that is kept beside the contract equals it', () => {
  const changing = Object.entries(contract).filter(([, { changes }]) => changes)
  assert.deepEqual([...changingMethods].sort(), changing.map(([name]) => name).sort())
})
