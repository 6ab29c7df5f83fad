import { setTimeout as sleep } from 'node:timers/promises'
import { compare, type Difference } from './compare.ts'
import type { Meeting, SideName, Snapshot } from './side.ts'

/** Both programs take a moment until what was asked of them shows; a difference has to last this long. */
const settleMs = 5000

interface Arrival {
  side: SideName
  at: string
  look: () => Promise<Snapshot>
  leave: () => void
  fail: (error: Error) => void
}

/** Lets the two runs of a scenario wait for one another at each checkpoint, and compares what they see there. */
export class Comparison implements Meeting {
  readonly scenario: string
  /** Values that were compared at all checkpoints together. */
  compared = 0
  readonly checkpoints: string[] = []
  readonly differences: Difference[] = []
  #first: Arrival | undefined
  #over: Error | undefined

  constructor(scenario: string) {
    this.scenario = scenario
  }

  arrive(side: SideName, at: string, look: () => Promise<Snapshot>): Promise<void> {
    return new Promise((leave, fail) => {
      if (this.#over) return fail(this.#over)
      const arrival = { side, at, look, leave, fail }
      const first = this.#first
      if (!first) {
        this.#first = arrival
        return
      }
      this.#first = undefined
      const both: [Arrival, Arrival] = first.side === 'porla-lua' ? [first, arrival] : [arrival, first]
      this.#hold(...both).then(
        () => {
          for (const { leave } of both) leave()
        },
        (error) => {
          for (const { fail } of both) fail(error)
        },
      )
    })
  }

  /** One run has ended, with or without an error: the other one need not wait for it. */
  over(side: SideName, error?: Error): void {
    this.#over ??= new Error(`the run on ${side} has ended${error ? `: ${error.message}` : ''}`)
    this.#first?.fail(this.#over)
    this.#first = undefined
  }

  async #hold(ours: Arrival, theirs: Arrival): Promise<void> {
    if (ours.at !== theirs.at) throw new Error(`one side is at '${ours.at}', the other at '${theirs.at}'`)
    const deadline = performance.now() + settleMs
    for (;;) {
      const [a, b] = await Promise.all([ours.look(), theirs.look()])
      const { compared, found } = compare(this.scenario, ours.at, a, b)
      if (found.every(({ allowed }) => allowed) || performance.now() > deadline) {
        this.checkpoints.push(ours.at)
        this.compared += compared
        this.differences.push(...found)
        return
      }
      await sleep(200)
    }
  }
}
