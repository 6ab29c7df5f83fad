/** Bytes that lie one behind the other, in as many arrays as they came in: they need not be put together. */
export type Parts = readonly Uint8Array[]

/** A stretch of such bytes, as views. */
export function sliceParts(parts: Parts, from: number, length: number): Uint8Array[] {
  const found: Uint8Array[] = []
  let skip = from
  let left = length
  for (const part of parts) {
    if (left === 0) break
    if (skip >= part.length) {
      skip -= part.length
      continue
    }
    const end = Math.min(part.length, skip + left)
    found.push(skip === 0 && end === part.length ? part : part.subarray(skip, end))
    left -= end - skip
    skip = 0
  }
  return found
}

/** How many bytes they are. */
export function partsLength(parts: Parts): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}
