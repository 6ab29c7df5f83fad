/** Words that are commands when no file of that name is there. Read by every start, so nothing else is in here. */
export const commandNames: readonly string[] = ['daemon', 'call', 'types', 'help']

/** Words behind `daemon`, which people type without it. */
export const daemonCommandNames: readonly string[] = [
  'backup',
  'restart',
  'restore',
  'run',
  'socket',
  'start',
  'status',
  'stop',
]
