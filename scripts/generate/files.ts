import { apiPage } from './api-page.ts'
import { architecturePage } from './architecture.ts'
import { rpcPage } from './rpc-page.ts'
import { typings } from './typings.ts'

/** Every generated file: its path in the repository, and what it has to contain. */
export function generatedFiles(): Map<string, string> {
  const files = new Map([
    ['docs/api.md', apiPage()],
    ['docs/architecture.md', architecturePage()],
    ['docs/rpc.md', rpcPage()],
  ])
  for (const [name, text] of typings()) files.set(`types/${name}`, text)
  return files
}
