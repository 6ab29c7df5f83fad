import { readFields, readInteger } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { Callback } from '../loop/callback.ts'
import { after } from '../loop/delay.ts'
import type { Alive } from '../loop/loop.ts'
import { LuaError } from '../vm/errors.ts'
import { cancellable } from './cancellable.ts'

/** A timer that repeats, or fires once; the next interval begins when the callback has returned. */
export class Timer implements Alive {
  readonly #api: Api
  readonly #interval: number
  readonly #once: boolean
  readonly #callback: Callback | undefined
  #cancel: () => void = () => {}
  #stopped = false

  constructor(api: Api, interval: number, callback: Callback | undefined, { once = false } = {}) {
    this.#api = api
    this.#once = once
    this.#interval = interval
    this.#callback = callback
    api.host.loop.add(this)
    this.#arm()
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancel()
    this.#callback?.free()
    this.#api.host.loop.remove(this)
  }

  #arm(): void {
    this.#cancel = after(this.#interval, () => this.#api.host.loop.post(() => this.#fire()))
  }

  #fire(): void {
    if (this.#stopped) return
    if (this.#callback) this.#callback.call(this.#api.host.loop)
    else {
      this.#api.warn([`a timer of ${this.#interval} ms has no callback and stops`])
      this.stop()
    }
    if (this.#once) this.stop()
    if (!this.#stopped) this.#arm()
  }
}

const timerClass = cancellable<Timer>('Timer', 'A running timer.')

interface TimerOptions {
  interval: number
  callback: Callback
}

export const modules: readonly ApiModule[] = [
  {
    name: 'timers',
    doc: 'Calls that repeat. A script with a timer that is alive goes on after its last line.',
    origin: 'porla',
    classes: [timerClass],
    members: [
      {
        kind: 'static',
        name: 'new',
        signature: '(options: {interval: integer, callback?: fun()}): Timer',
        doc:
          'Calls `callback` every `interval` milliseconds, for the first time after one; the next interval begins ' +
          'when the callback has returned. An error in it is shown and the timer goes on. Without `callback` it ' +
          'stops after the first interval, with a warning.',
        origin: 'porla',
        call: (api, L) => {
          const { interval, callback } = api.argument(1, () =>
            readFields<TimerOptions>(api.lua, L, 1, {
              interval: (lua, S, idx) => readInteger(lua, S, idx, 1),
              callback: Callback.read,
            }),
          )
          if (interval === undefined) {
            throw new LuaError(
              'timers.new needs an interval in milliseconds: timers.new{interval = 1000, callback = f}',
            )
          }
          api.push(L, timerClass, new Timer(api, interval, callback))
          return 1
        },
      },
    ],
  },
]
