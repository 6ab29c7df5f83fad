import type { ApiClass } from '../api/describe.ts'
import type { Alive } from '../loop/loop.ts'

/**
 * The class of what keeps calling back: a method `cancel`, and an end when nobody holds it any more. `doc` says what it
 * is, in one sentence.
 */
export function cancellable<T extends Alive>(name: string, doc: string): ApiClass<T> {
  return {
    name,
    doc: `${doc} Keep it in a variable: one that is collected as garbage stops.`,
    origin: 'porla',
    members: [
      {
        kind: 'method',
        name: 'cancel',
        signature: '()',
        doc: 'Stops it. Twice is harmless.',
        origin: 'porla',
        call: (_api, _L, self) => {
          self.stop()
          return 0
        },
      },
    ],
    collected: (self, api) => api.host.loop.collected(self),
  }
}
