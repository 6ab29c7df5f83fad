import { setTimeout as sleep } from 'node:timers/promises'
import { type Kept, keep } from './corpus.ts'
import { Probe, quantile } from './probe.ts'
import { Random } from './random.ts'
import type { Input, Stage, Target } from './target.ts'
import { Watch } from './watch.ts'

/** A try may take so long; then the next one begins. */
const longestTryMs = 10_000
/** Harm may show so long after the input that did it, ms. */
const lateMs = 400
/** Tries between which a death is searched, at most. */
const mostSuspects = 40

export interface CampaignResult {
  target: string
  tries: number
  /** Promises that a parser or an answer broke. */
  broken: number
  hostDeaths: number
  daemonDeaths: number
  longTurns: number
  slowestMs: number
  p99Ms: number
  /** Stacks in the log: exceptions that cost less than a process. */
  exceptions: number
  /** MiB from after the warm-up to the end; null when there was too little time or no process. */
  hostGrowth: number | null
  daemonGrowth: number | null
  notes: string[]
}

interface Played {
  input: Input
  startedAt: number
  endedAt: number
}

/** Tries a target for so many seconds with inputs that follow from the seed. */
export class Campaign {
  readonly #target: Target
  readonly #seed: number
  readonly #say: (line: string) => void
  readonly #kinds = new Set<string>()
  #next = 0
  readonly result: CampaignResult

  constructor(target: Target, seed: number, say: (line: string) => void) {
    this.#target = target
    this.#seed = seed
    this.#say = say
    this.result = {
      target: target.name,
      tries: 0,
      broken: 0,
      hostDeaths: 0,
      daemonDeaths: 0,
      longTurns: 0,
      slowestMs: 0,
      p99Ms: 0,
      exceptions: 0,
      hostGrowth: null,
      daemonGrowth: null,
      notes: [],
    }
  }

  async run(seconds: number): Promise<CampaignResult> {
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) await this.#untilDeath(end)
    return this.result
  }

  async #untilDeath(end: number): Promise<void> {
    const { result } = this
    const stage = await this.#target.open()
    const watch = stage.daemon && new Watch(stage.daemon)
    const probe = stage.daemon && stage.infoHash ? new Probe(stage.daemon.socket, stage.infoHash) : undefined
    const played: Played[] = []
    const warmAt = performance.now() + Math.max(2000, (end - performance.now()) / 4)
    let warm: { host: number; daemon: number } | null = null
    const lane = async (number: number) => {
      while (performance.now() < end && !watch?.deaths) {
        const input = this.#target.make(Random.of(this.#seed, this.#target.name, this.#next++))
        const one: Played = { input, startedAt: performance.now(), endedAt: Number.POSITIVE_INFINITY }
        played.push(one)
        if (played.length > 4000) played.splice(0, 2000)
        await this.#try(stage, input, number)
        one.endedAt = performance.now()
        result.tries++
        if (watch && warm === null && performance.now() > warmAt)
          warm = { host: watch.hostMiB, daemon: watch.daemonMiB }
      }
    }
    await Promise.all(Array.from({ length: stage.lanes }, (_, number) => lane(number)))
    if (watch) await sleep(lateMs)
    const diedAt = performance.now()
    await probe?.end()
    await watch?.end()
    if (probe) this.#answers(probe)
    if (stage.note) result.notes.push(stage.note())
    if (watch) {
      result.exceptions += watch.exceptions.length
      for (const line of watch.exceptions)
        if (this.#isNew(line)) this.#say(`${this.#target.name}: in the log: ${line}`)
      result.hostDeaths += watch.hostDeaths
      result.daemonDeaths += watch.daemonDeaths
      if (warm !== null && watch.deaths === 0) {
        const before = warm as { host: number; daemon: number }
        result.hostGrowth = watch.hostMiB - before.host
        result.daemonGrowth = watch.daemonMiB - before.daemon
      }
    }
    await stage.close()
    if (!watch?.deaths) return
    const suspects = played.filter(({ endedAt }) => endedAt > diedAt - 3 * lateMs).slice(-mostSuspects)
    const who = watch.daemonDeaths > 0 ? 'daemon' : 'host'
    await this.#search(
      `${who} death: ${watch.words}`,
      suspects.map(({ input }) => input),
    )
  }

  async #try(stage: Stage, input: Input, lane: number): Promise<void> {
    const late = new AbortController()
    try {
      await Promise.race([stage.play(input, lane), sleep(longestTryMs, undefined, { signal: late.signal })])
    } catch (error) {
      this.result.broken++
      const harm = `broken promise: ${(error as Error).message}`
      if (this.#isNew(harm)) this.#keep(harm, [input])
    } finally {
      late.abort()
    }
  }

  /** Finds the input that ends a process by itself; if none does, all of them are kept in their order. */
  async #search(harm: string, suspects: Input[]): Promise<void> {
    this.#say(`${this.#target.name}: ${harm}`)
    if (!this.#isNew(harm)) return
    for (const input of suspects.toReversed()) {
      if (!(await playAll(this.#target, [input])).harm) continue
      this.#keep(harm, [input])
      return
    }
    this.#keep(harm, suspects)
  }

  #keep(harm: string, inputs: Input[]): void {
    const kept: Kept = { target: this.#target.name, harm, inputs }
    this.#say(`${this.#target.name}: ${harm}; kept as ${keep(kept)}`)
  }

  /** Faults of one kind differ in numbers and names only. */
  #isNew(harm: string): boolean {
    const kind = harm
      .replace(/^\S+Z \w+ /, '')
      .replace(/[0-9a-f]{6,}|\d+|"[^"]*"|'[^']*'/gi, '#')
      .slice(0, 80)
    if (this.#kinds.has(kind)) return false
    this.#kinds.add(kind)
    return true
  }

  #answers(probe: Probe): void {
    const all = [...probe.daemonMs, ...probe.hostMs]
    this.result.longTurns += probe.longTurns
    this.result.slowestMs = Math.max(this.result.slowestMs, ...all)
    this.result.p99Ms = Math.max(this.result.p99Ms, quantile(all, 0.99))
  }
}

/** Plays inputs to a stage of their own and says what harm they did, null for none. Rejects with a broken promise. */
export async function playAll(target: Target, inputs: Input[]): Promise<{ harm: string | null }> {
  const stage = await target.open()
  const watch = stage.daemon && new Watch(stage.daemon)
  try {
    for (const input of inputs) {
      if (watch?.deaths) break
      await Promise.race([stage.play(input, 0), sleep(longestTryMs, undefined, { ref: false })])
    }
    if (watch === undefined) return { harm: null }
    const patience = performance.now() + lateMs
    while (watch.deaths === 0 && performance.now() < patience) await sleep(20)
    await watch.end()
    return { harm: watch.deaths > 0 ? watch.words || 'a process ended' : null }
  } finally {
    await watch?.end()
    await stage.close()
  }
}
