/** What the thread that runs the VM is started with. */
export interface Start {
  options: import('../options.ts').RunnerOptions
  argv: string[]
  /** One Int32: `interruptWanted` after a Ctrl-C, 0 otherwise. */
  interrupt: SharedArrayBuffer
}

/** From the VM's thread to the one that owns the terminal. */
export type FromVm =
  /** Show this prompt and send an Input. */
  | { type: 'read'; prompt: string }
  | { type: 'completions'; id: number; names: string[] }
  /** The end of the run. */
  | { type: 'done'; exitCode: number }

/** From the terminal's thread to the one with the VM. */
export type FromTerminal =
  | { type: 'line'; line: string }
  | { type: 'end' }
  | { type: 'cancelled' }
  /** What could follow this start of an expression? Only asked while a line is being edited. */
  | { type: 'complete'; id: number; text: string }

/** Value of the cell that asks the VM to stop what it does. */
export const interruptWanted = 1
