import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantSlots, type QueueEntry, type QueueLimits } from '../../../src/daemon/session/queue/slots.ts'

const unlimited: QueueLimits = { downloads: -1, seeds: -1, all: -1, checking: -1, preferSeeds: false }

type Named = QueueEntry & { name: string }

/** `d0` download at position 0, `s9` seed of rank 9, `c2` checking at position 2; `+` runs, `~` runs and is idle. */
function entry(name: string): Named {
  const number = Number(name.slice(1).replace(/[+~]/, ''))
  const kind = ({ d: 'download', s: 'seed', c: 'checking' } as const)[name[0] as 'd' | 's' | 'c']
  return {
    name,
    kind,
    position: kind === 'seed' ? -1 : number,
    rank: kind === 'seed' ? number : 0,
    running: /[+~]/.test(name),
    idle: name.includes('~'),
  }
}

const cases: [what: string, entries: string, limits: Partial<QueueLimits>, granted: string][] = [
  ['nothing limits', 'd0 d1 s5 c2', {}, 'd0 d1 s5 c2'],
  ['downloads in the order of the queue', 'd3 d0 d2 d1', { downloads: 2 }, 'd0 d1'],
  ['a running download gives way to one before it', 'd1+ d0', { downloads: 1 }, 'd0'],
  ['seeds by rank', 's1 s9 s5', { seeds: 2 }, 's9 s5'],
  ['among seeds of equal rank the running one goes on', 's5 s5+', { seeds: 1 }, 's5+'],
  ['0 stops all of a kind', 'd0+ s1+ c1', { downloads: 0 }, 's1+ c1'],
  ['0 seeds', 'd0 s1+', { seeds: 0 }, 'd0'],
  ['0 for all stops all but checks', 'd0+ s1+ c1', { all: 0 }, 'c1'],
  ['0 checks', 'c0 d1', { checking: 0 }, 'd1'],
  ['downloads take from the limit of all first', 'd0 d1 s9 s8', { all: 3 }, 'd0 d1 s9'],
  ['unless seeds are preferred', 'd0 d1 s9 s8', { all: 3, preferSeeds: true }, 's9 s8 d0'],
  ['checks in the order of the queue, one at a time', 'c4 c2 c3+', { checking: 1 }, 'c2'],
  ['checks take no other slot', 'c0 d1 s2', { checking: 1, downloads: 1, seeds: 1, all: 2 }, 'c0 d1 s2'],
  ['an idle one takes no slot of its kind', 'd0~ d1~ d2+ d3', { downloads: 1 }, 'd0~ d1~ d2+'],
  ['but one of all', 'd0~ d1~ d2+ d3', { downloads: 2, all: 3 }, 'd0~ d1~ d2+'],
  ['an idle one behind the full kind goes on', 'd0+ d1~', { downloads: 1 }, 'd0+ d1~'],
  ['idle seeds too', 's9 s8~ s7~', { seeds: 1 }, 's9 s8~ s7~'],
  ['below -1 is unlimited as well', 'd0 d1', { downloads: -5, all: -2 }, 'd0 d1'],
]

for (const [what, entries, limits, expected] of cases) {
  test(`queue: ${what}`, () => {
    const granted = grantSlots(entries.split(' ').map(entry), { ...unlimited, ...limits })
    const names = [...granted].map(({ name }) => name)
    assert.deepEqual(names.toSorted(), expected.split(' ').toSorted())
  })
}
