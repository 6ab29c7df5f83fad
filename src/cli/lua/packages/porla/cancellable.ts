import type { ApiClass } from '../../api/describe.ts'
import type { Alive } from '../../loop/loop.ts'
import { cancelMethod } from '../cancellable.ts'

/** What the newer packages of Porla give for what calls back; unlike the older, it lives on when nobody holds it. */
export const poCancellableClass: ApiClass<Alive> = {
  name: 'PoCancellable',
  doc: 'Something that calls back. It goes on whether it is kept in a variable or not.',
  origin: 'porla',
  members: [cancelMethod],
}
