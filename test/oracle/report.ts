import type { Difference } from './compare.ts'
import type { Allowed } from './differences.ts'
import type { Comparison } from './meeting.ts'

const show = (value: unknown) => {
  const text = value === undefined ? 'nil' : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

/** One difference as a line. */
export function line({ at, path, ours, theirs, rule }: Difference): string {
  return `  ${at}: ${path}: porla-lua ${show(ours)}, libtorrent ${show(theirs)} (has to be ${rule})`
}

/** One line per scenario, then what was allowed and why. */
export function report(comparisons: readonly Comparison[]): string {
  const lines = [
    'scenario                                   checkpoints  values  allowed  not allowed',
    ...comparisons.map(({ scenario, checkpoints, compared, differences }) => {
      const allowed = differences.filter((difference) => difference.allowed).length
      const numbers = [checkpoints.length, compared, allowed, differences.length - allowed]
      const [a, b, c, d] = numbers.map(String) as [string, string, string, string]
      return `${scenario.padEnd(42)} ${a.padStart(11)} ${b.padStart(7)} ${c.padStart(8)} ${d.padStart(12)}`
    }),
  ]
  const uses = new Map<Allowed, Difference[]>()
  for (const difference of comparisons.flatMap(({ differences }) => differences)) {
    const { allowed } = difference
    if (allowed) uses.set(allowed, [...(uses.get(allowed) ?? []), difference])
  }
  for (const [row, used] of uses) {
    const { scenario, at, path, ours, theirs } = used[0]!
    lines.push(
      `allowed (${row.decided}), ${used.length} times, for example ${scenario}/${at} ${path}: ` +
        `${show(ours)} here, ${show(theirs)} there: ${row.why}`,
    )
  }
  return lines.join('\n')
}
