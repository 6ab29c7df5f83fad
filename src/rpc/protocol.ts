/** Version of the wire protocol: the minor grows with additions, the major with anything else. */
export const protocolVersion = '1.0'

/** Longest line either end accepts, in bytes. A line that grows past it is refused without being kept. */
export const maxLineBytes = 64 * 1024 * 1024
