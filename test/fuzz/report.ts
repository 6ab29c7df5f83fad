import type { CampaignResult } from './campaign.ts'

/** Anything that must not happen, whatever is sent. */
export function isBad(result: CampaignResult): boolean {
  return result.hostDeaths + result.daemonDeaths + result.longTurns + result.broken > 0
}

const columns: [head: string, value: (result: CampaignResult) => string][] = [
  ['target', ({ target }) => target],
  ['tries', ({ tries }) => String(tries)],
  ['host deaths', ({ hostDeaths }) => String(hostDeaths)],
  ['daemon deaths', ({ daemonDeaths }) => String(daemonDeaths)],
  ['broken promises', ({ broken }) => String(broken)],
  ['turns over 1 s', ({ longTurns }) => String(longTurns)],
  ['slowest ms', ({ slowestMs }) => slowestMs.toFixed(0)],
  ['p99 ms', ({ p99Ms }) => p99Ms.toFixed(1)],
  ['exceptions', ({ exceptions }) => String(exceptions)],
  ['host MiB', ({ hostGrowth }) => growth(hostGrowth)],
  ['daemon MiB', ({ daemonGrowth }) => growth(daemonGrowth)],
]

const growth = (value: number | null) => (value === null ? '-' : `${value < 0 ? '' : '+'}${value.toFixed(1)}`)

/** One line a target. Exceptions are stacks in the log; memory is what grew from a quarter of the time to the end. */
export function table(results: CampaignResult[]): string {
  const rows = [
    columns.map(([head]) => head),
    ...results.map((result) => columns.map(([, value]) => value(result))),
  ]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!)))
        .join('  '),
    )
    .join('\n')
}
