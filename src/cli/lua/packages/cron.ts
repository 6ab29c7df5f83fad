import { readFields, readText } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { Callback } from '../loop/callback.ts'
import { at } from '../loop/delay.ts'
import type { Alive } from '../loop/loop.ts'
import { Zone } from '../stdlib/time/zone.ts'
import { LuaError } from '../vm/errors.ts'
import { cancellable } from './cancellable.ts'
import { CronPattern } from './cron/pattern.ts'

const example = "cron.schedule{expression = '0 */5 * * * *', callback = f}"

/** Calls back at the times of an expression; the next one is looked for when the callback has returned. */
export class Schedule implements Alive {
  readonly #api: Api
  readonly #pattern: CronPattern
  readonly #zone: Zone
  readonly #callback: Callback
  #cancel: () => void = () => {}
  #stopped = false

  constructor(api: Api, pattern: CronPattern, callback: Callback) {
    this.#api = api
    this.#pattern = pattern
    this.#zone = Zone.load(api.host.env)
    this.#callback = callback
    api.host.loop.add(this)
    this.#arm(Date.now())
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancel()
    this.#callback.free()
    this.#api.host.loop.remove(this)
  }

  #arm(after: number): void {
    const next = this.#pattern.next(after, this.#zone)
    if (next === undefined) this.stop()
    else this.#cancel = at(next, () => this.#api.host.loop.post(() => this.#fire(next)))
  }

  #fire(due: number): void {
    if (this.#stopped) return
    this.#callback.call(this.#api.host.loop)
    // A clock that was set back must not make the same time come twice in a row.
    if (!this.#stopped) this.#arm(Math.max(due, Date.now()))
  }
}

const scheduleClass = cancellable<Schedule>('Schedule', 'A schedule that runs.')

interface ScheduleOptions {
  expression: CronPattern
  callback: Callback
}

export const modules: readonly ApiModule[] = [
  {
    name: 'cron',
    doc: 'Calls at times of day. A script with a schedule that is alive goes on after its last line.',
    origin: 'porla',
    classes: [scheduleClass],
    members: [
      {
        kind: 'static',
        name: 'schedule',
        signature: '(options: {expression: string, callback: fun()}): Schedule',
        doc:
          'Calls `callback` at the times of `expression`: second, minute, hour, day of month, month, day of week, in ' +
          'local time (TZ, as `os.date`), with `*`, `?`, lists `a,b`, ranges `a-b`, steps `*/n` and `a-b/n`, JAN-DEC, SUN-SAT, 0 for ' +
          'Sunday; both day fields must fit. A bad expression raises an error (in Porla it never fires).',
        origin: 'porla',
        call: (api, L) => {
          const { expression, callback } = api.argument(1, () =>
            readFields<ScheduleOptions>(api.lua, L, 1, {
              expression: (lua, S, idx) => new CronPattern(readText(lua, S, idx)),
              callback: Callback.read,
            }),
          )
          if (!expression || !callback) {
            throw new LuaError(
              `cron.schedule needs ${expression ? 'a callback' : 'an expression'}: ${example}`,
            )
          }
          api.push(L, scheduleClass, new Schedule(api, expression, callback))
          return 1
        },
      },
    ],
  },
]
