import type { ApiModule, StaticMember } from '../../api/describe.ts'

/** Functions of another package, which newer versions of Porla have in this one too. */
export function membersOf(
  modules: readonly ApiModule[],
  module: string,
  names: readonly string[],
): StaticMember[] {
  const found = modules.find(({ name }) => name === module)?.members ?? []
  return found.filter((one): one is StaticMember => one.kind === 'static' && names.includes(one.name))
}
