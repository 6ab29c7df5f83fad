// Sends odd input to every door of the program. `npm run fuzz -- --minutes 10 [--target NAME] [--seed N]`.
// Everything happens in a network namespace with nothing but a loopback device: the inputs name addresses.

import { parseArgs } from 'node:util'
import { withoutNetwork } from '../helpers/without-network.ts'
import { Campaign, type CampaignResult } from './campaign.ts'
import { isBad, table } from './report.ts'
import { targets } from './targets/index.ts'

const usage = 'npm run fuzz -- [--minutes N | --seconds N] [--target NAME]... [--seed N]'
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
})

function positive(name: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  console.error(`--${name} has to be a number above 0, not '${text}'\n${usage}`)
  process.exit(2)
}

const chosen =
  values.target === undefined ? targets : targets.filter(({ name }) => values.target?.includes(name))
const unknown = values.target?.find((name) => !targets.some((one) => one.name === name))
if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`there is no target '${unknown}'`)
  console.error(`${usage}\ntargets: ${targets.map(({ name }) => name).join(', ')}`)
  process.exit(unknown === undefined ? 0 : 2)
}
const seconds =
  values.seconds !== undefined
    ? positive('seconds', values.seconds)
    : 60 * positive('minutes', values.minutes ?? '1')
const seed = positive('seed', values.seed)

await withoutNetwork()

const share = seconds / chosen.length
console.log(`seed ${seed}, ${share.toFixed(1)} s for each of ${chosen.length} targets`)
const results: CampaignResult[] = []
for (const target of chosen) {
  const result = await new Campaign(target, seed, (line) => console.log(line)).run(share)
  results.push(result)
  console.log(`${target.name}: ${result.tries} tries${result.notes.map((note) => `; ${note}`).join('')}`)
}
console.log(`\n${table(results)}`)
process.exit(results.some(isBad) ? 1 : 0)
