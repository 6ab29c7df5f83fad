// TorrentInfo, FileStorage and the trackers of a torrent file.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bencode } from '../../../src/metainfo/index.ts'
import { failing, luaFolder } from '../support/lua.ts'

test('TorrentInfo tells what the bytes say, and what is wrong with bad ones', async (t) => {
  const lua = await luaFolder(t)
  const info = {
    name: 'top',
    'piece length': 16384,
    pieces: Buffer.alloc(40, 7),
    private: 1,
    files: [
      { length: 16384, path: ['a', 'ü:?.bin'] },
      { length: 5, path: ['b'] },
    ],
  }
  const torrent = bencode({
    announce: 'http://one/announce',
    'announce-list': [['http://one/announce', 'http://two/announce'], ['udp://three:1']],
    comment: 'hello',
    'created by': 'me',
    info,
  })
  await writeFile(join(lua.path, 'good.torrent'), torrent)
  await writeFile(join(lua.path, 'bad.torrent'), 'garbage')
  const lines = await lua.lines(`${failing}
    local ti, problem = TorrentInfo.from_file("good.torrent")
    print(problem, ti:name(), ti:comment(), ti:creator(), ti:priv(), ti:num_files(), ti:num_pieces(), ti:total_size())
    local file = assert(io.open("good.torrent", "rb"))
    local same = assert(TorrentInfo.from_buffer(file:read("a")))
    file:close()
    print(ti:info_hash() == same:info_hash(), #ti:info_hash().v1, ti:info_hash().v2)
    local trackers = ti:trackers()
    print(type(trackers), #trackers)
    for _, e in ipairs(trackers) do
      print(e.url, e.tier, e.trackerid == "", e.fail_limit, e.source, e.verified, #e.endpoints)
    end
    local fs = ti:files()
    print(fs:file_name(0), fs:file_path(0), fs:file_size(0), fs:file_path(1), fs:num_files(), #fs)
    failing(fs.file_name, fs, 2)
    failing(function() fs:file_path(-1) end)
    failing(function() fs:file_path("x") end)
    failing(function() fs.file_path(ti, 0) end)
    failing(function() ti.name() end)
    failing(function() return ti:nam() end)
    print(TorrentInfo.from_file("bad.torrent"))
    print(TorrentInfo.from_file("nothing.torrent"))
    print(TorrentInfo.from_file("."))
    print(TorrentInfo.from_buffer(""))
    failing(TorrentInfo.from_buffer, nil)
    print(ti, ti == ti)`)
  assert.deepEqual(lines, [
    'nil\ttop\thello\tme\ttrue\t2\t2\t16389',
    'true\t40\tnil',
    'table\t3',
    'http://one/announce\t0\ttrue\t0\t1\tfalse\t0',
    'http://two/announce\t0\ttrue\t0\t1\tfalse\t0',
    'udp://three:1\t1\ttrue\t0\t1\tfalse\t0',
    'ü:?.bin\ttop/a/ü:?.bin\t16384\ttop/b\t2\t2',
    "bad argument #2 to '?' (file index 2 is out of range: there are 2 files, from 0)",
    "bad argument #1 to 'file_path' (file index -1 is out of range: there are 2 files, from 0)",
    "bad argument #1 to 'file_path' (number expected, got string)",
    "bad argument #1 to 'file_path' (FileStorage expected, got TorrentInfo)",
    "bad argument #1 to 'name' (TorrentInfo expected, got no value)",
    "no property 'nam' in TorrentInfo; did you mean 'name'?",
    'nil\texpected value (list, dict, int or string) in bencoded string',
    'nil\tNo such file or directory',
    'nil\tIs a directory',
    'nil\tunexpected end of file in bencoded string',
    "bad argument #1 to '?' (string expected, got nil)",
    'TorrentInfo (top)\ttrue',
  ])
})
