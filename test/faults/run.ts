/**
 * Kills and damages, many of them: `npm run test:faults`, or with `-- --kills 20 --damages 30 --seed 7`.
 *
 * Two lanes kill the daemon and its engine hosts in the middle of mixed changes and of a download, and compare what is
 * there afterwards with what was acknowledged. Then the state file is damaged in every way that is known, and started.
 * Prints a table; exit code 1 when anything was lost.
 */
import { parseArgs } from 'node:util'
import { damageRun } from './damage-run.ts'
import { killLane } from './kills.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    damages: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed)
const began = performance.now()

// One lane for each core.
const lanes = await Promise.all([
  killLane(seed, Math.ceil(kills / 2)),
  killLane(seed + 1, Math.floor(kills / 2)),
])
const sum = (count: (lane: (typeof lanes)[number]) => number) =>
  lanes.reduce((all, lane) => all + count(lane), 0)
const damage = await damageRun(seed, Number(values.damages))

const rows: [what: string, count: number, mustBe0?: true][] = [
  ['kills of the daemon', sum((lane) => lane.daemonKills)],
  ['kills of an engine host', sum((lane) => lane.hostKills)],
  ['changes acknowledged', sum((lane) => lane.acknowledged)],
  ['  of these lost', sum((lane) => lane.lost.length), true],
  ['torrents missing', sum((lane) => lane.missingTorrents.length), true],
  ['downloads completed', sum((lane) => lane.downloads)],
  ['  with wrong bytes', sum((lane) => lane.wrongBytes.length), true],
  ['damages of the state', damage.tried],
  ['  harmless', damage.harmless],
  ['  set aside', damage.setAside],
  ['  refused with 78', damage.refused],
  ['  lost silently', damage.silent.length, true],
]
console.log(`seeds ${seed} and ${seed + 1}, ${((performance.now() - began) / 1000).toFixed(0)} s`)
for (const [what, count, mustBe0] of rows) {
  console.log(`${what.padEnd(28)}${String(count).padStart(8)}${mustBe0 && count > 0 ? '  <- must be 0' : ''}`)
}
const faults = [
  ...lanes.flatMap(({ lost, missingTorrents, wrongBytes }) => [...lost, ...missingTorrents, ...wrongBytes]),
  ...damage.silent,
]
for (const fault of faults.slice(0, 20)) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
