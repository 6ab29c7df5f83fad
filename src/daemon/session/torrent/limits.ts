/** How libtorrent says that there may be any number of connections or uploads: it keeps 24 bits of them. */
export const countless = 0xff_ffff

/** A rate limit as it is kept: bytes/s, -1 for none. 0 and below are none. */
export function rateLimit(value: number | undefined): number {
  return value !== undefined && value > 0 ? value : -1
}

/** A limit of connections or uploads as it is kept: -1 for none. What does not fit libtorrent's 24 bits is none. */
export function countLimit(value: number | undefined): number {
  return value !== undefined && value < countless ? rateLimit(value) : -1
}
