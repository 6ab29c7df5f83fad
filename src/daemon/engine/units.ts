/** A block, the unit that peers ask each other for (BEP 3), bytes. */
export const blockLength = 16 * 1024

/** Priority of a file or piece to which none was given (libtorrent's default_priority). */
export const defaultPriority = 4
