import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Text of dist/THIRD-PARTY-LICENSES.txt: name, version and licence of every package that a bundle contains.
 * `inputs` are the files that esbuild read, relative to `root`. Throws for a package that names no licence.
 */
export async function collectLicenses(root, inputs) {
  const folders = new Set()
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (match) folders.add(match[1])
  }
  const entries = await Promise.all([...folders].sort().map((folder) => describe(join(root, folder))))
  const intro = 'porla-lua contains the following packages, each under its own licence.\n'
  return [intro, ...entries].join(`\n${'-'.repeat(80)}\n\n`)
}

async function describe(folder) {
  const { name, version, license, licenses, author } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const kind = license?.type ?? license ?? licenses?.map((one) => one.type).join(' OR ')
  if (!kind) throw new Error(`${name} ${version} names no licence: look before it is bundled`)
  const file = (await readdir(folder)).find((one) => /^(licen[cs]e|copying)(\..*)?$/i.test(one))
  const by = typeof author === 'string' ? author : author?.name
  const text = file ? await readFile(join(folder, file), 'utf8') : by ? `Copyright ${by}\n` : ''
  return `${name} ${version} (${kind})\n\n${text.trim()}\n`
}
