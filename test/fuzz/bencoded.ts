import { type BInput, bencode } from '../../src/metainfo/index.ts'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'

/** A value of JavaScript that can be bencoded, with text and bytes alike as strings of latin1. */
export type Tree = number | bigint | string | Tree[] | { [key: string]: Tree }

/** Any value, of a few levels. */
export function anyTree(random: Random, depth = 0): Tree {
  switch (random.next(depth > 3 ? 5 : 8)) {
    case 0:
      return random.edge()
    case 1:
      return -random.edge()
    case 2:
      return BigInt(
        random.one([
          '99999999999999999999',
          '-99999999999999999999',
          '9223372036854775807',
          '18446744073709551616',
        ]),
      )
    case 3:
      return ''
    case 4:
      return random.bytes(random.one([1, 2, 4, 6, 18, 19, 20, 21, 26, 32, 68, 500])).toString('latin1')
    case 5:
      return random.list(0, 4, () => anyTree(random, depth + 1))
    default:
      return Object.fromEntries(
        random.list(0, 3, () => [
          random.one(['a', 'id', 'm', 'piece', 'length', '__proto__', '']),
          anyTree(random, depth + 1),
        ]),
      )
  }
}

/** A copy of a tree in which a few nodes have another value, another name, or are gone. */
export function mutateTree(tree: Tree, random: Random, most = 3): Tree {
  let out = structuredClone(tree)
  for (let left = 1 + random.next(most); left > 0; left--) out = changeOne(out, random)
  return out
}

function changeOne(tree: Tree, random: Random): Tree {
  const nested = typeof tree === 'object'
  if (!nested || random.once(6)) return changed(tree, random)
  if (Array.isArray(tree)) {
    if (tree.length === 0) return [anyTree(random)]
    const at = random.next(tree.length)
    const kind = random.next(6)
    if (kind === 0) return tree.toSpliced(at, 1)
    if (kind === 1)
      return tree.toSpliced(
        at,
        0,
        ...Array<Tree>(1 + random.next(random.once(10) ? 3000 : 5)).fill(tree[at]!),
      )
    return tree.with(at, changeOne(tree[at]!, random))
  }
  const keys = Object.keys(tree)
  if (keys.length === 0) return { [random.one(['a', 'x'])]: anyTree(random) }
  const key = random.one(keys)
  const kind = random.next(8)
  const { [key]: value, ...rest } = tree
  if (kind === 0) return rest
  if (kind === 1)
    return { ...rest, [mutate(Buffer.from(key, 'latin1'), random, 1).toString('latin1')]: value! }
  return { ...rest, [key]: changeOne(value!, random) }
}

function changed(tree: Tree, random: Random): Tree {
  if (random.once(3)) return anyTree(random)
  if (typeof tree === 'number')
    return random.one([tree + 1, tree - 1, -tree, random.edge(), -random.edge(), tree * 256])
  if (typeof tree === 'string') return mutate(Buffer.from(tree, 'latin1'), random, 2).toString('latin1')
  return anyTree(random)
}

/** Bencodes a tree; strings are latin1. */
export function encodeTree(tree: Tree): Buffer {
  return Buffer.from(bencode(toInput(tree)))
}

/** A tree as bytes, mostly with nodes changed, sometimes with bytes changed, sometimes untouched. */
export function hostile(tree: Tree, random: Random): Buffer {
  const kind = random.next(8)
  if (kind === 0) return encodeTree(tree)
  if (kind === 1) return mutate(encodeTree(tree), random)
  if (kind === 2) return mutate(encodeTree(mutateTree(tree, random)), random)
  return encodeTree(mutateTree(tree, random))
}

function toInput(tree: Tree): BInput {
  if (typeof tree === 'number') return Number.isSafeInteger(tree) ? tree : BigInt(Math.trunc(tree))
  if (typeof tree === 'string') return Buffer.from(tree, 'latin1')
  if (Array.isArray(tree)) return tree.map(toInput)
  if (typeof tree === 'bigint') return tree
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, toInput(value)]))
}
