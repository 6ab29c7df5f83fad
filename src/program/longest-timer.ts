/** The longest time that a timer of Node waits, ms, some 24 days. With a longer one it fires at once. */
export const longestTimerMs = 2 ** 31 - 1
