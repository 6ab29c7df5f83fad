// A daemon on a disk that is full or read-only says so and ends with 78; the disks are small ones of a mount namespace.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { launcher } from '../helpers/program.ts'

/** What the daemon said on a disk of 256 kB for its state and one for its socket, after `prepare` (sh). */
function start(t: TestContext, prepare: string): { code: number | null; said: string; left: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-disk-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['state', 'run']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'config.json'), '{}')
  const script = `set -e; cd "$1"
    mount -t tmpfs -o size=256k,mode=700 tmpfs state; mount -t tmpfs -o size=256k,mode=700 tmpfs run
    ${prepare}
    set +e; "$2" "$3" daemon run; code=$?
    echo left; ls -A state run; exit $code`
  const flags = process.getuid?.() === 0 ? ['-m', '-n'] : ['-r', '-m', '-n']
  const words = [...flags, 'sh', '-c', script, 'sh', folder, process.execPath, launcher]
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    encoding: 'utf8',
    timeout: 30_000,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      PORLA_LUA_SOCKET: join(folder, 'run', 'd.sock'),
      PORLA_LUA_STATE_DIR: join(folder, 'state'),
      PORLA_LUA_CONFIG: join(folder, 'config.json'),
    },
  })
  assert.match(stdout, /^left$/m, stderr)
  return { code: status, said: stderr, left: stdout.split('\n').filter((name) => name.includes('lock')) }
}

const fill = (name: string, rest: string) =>
  `dd if=/dev/zero of=${name}/filler bs=1k ${rest} 2>/dev/null || true`
const cases: [what: string, prepare: string, says: RegExp][] = [
  ['a full disk for the state', fill('state', ''), /cannot write .*daemon\.lock\.json: ENOSPC/],
  ['one that is full soon', fill('state', 'count=200'), /no space left to write the state file/],
  ['a full disk for the socket', fill('run', ''), /cannot write .*d\.sock\.lock\.json: ENOSPC/],
  ['a read-only disk for the state', 'mount -o remount,ro state', /cannot lock .*daemon\.lock/],
  ['a read-only disk for the socket', 'mount -o remount,ro run', /cannot lock .*d\.sock\.lock/],
]

for (const [what, prepare, says] of cases) {
  test(`${what} is told with 78, and nobody seems to hold a lock`, (t) => {
    const { code, said, left } = start(t, prepare)
    assert.match(said, says)
    assert.equal(code, 78, said)
    assert.doesNotMatch(said, /bug|defect|^ +at /m)
    // The lock files themselves stay, empty, as after every end; what names a holder must not.
    assert.deepEqual(
      left.filter((name) => !name.endsWith('.lock')),
      [],
    )
  })
}
