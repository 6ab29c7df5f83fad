// Loaded into a daemon and its hosts by HeapProbe (`node --import .../heap-hook.mjs?FOLDER`). SIGUSR2 has the process collect
// all garbage and write to FOLDER/PID.memory what it uses then, or, when there is a file FOLDER/PID.ask-objects, a heap
// snapshot to FOLDER/PID.objects.

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const folder = decodeURIComponent(new URL(import.meta.url).search.slice(1))

function answer(collect) {
  // what the first one finalizes, the second one frees
  collect()
  const file = join(folder, String(process.pid))
  if (existsSync(`${file}.ask-objects`)) {
    rmSync(`${file}.ask-objects`)
    writeHeapSnapshot(`${file}.new`)
    renameSync(`${file}.new`, `${file}.objects`)
  } else {
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()))
    renameSync(`${file}.new`, `${file}.memory`)
  }
}

if (isMainThread) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  process.on('SIGUSR2', () => {
    collect()
    setImmediate(() => answer(collect))
  })
}
