/**
 * Orders two strings as their UTF-8 bytes are ordered: less than 0, 0 or more than 0. That is the order of code
 * points; `<` orders by UTF-16 units, where U+1F600, a pair of surrogates from U+D800, comes before U+FF5E.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Puts the surrogates after every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
