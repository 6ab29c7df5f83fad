/** What a report counts since the load, bytes. */
export const counterNames = [
  'download',
  'upload',
  'payloadDownload',
  'payloadUpload',
  'failedBytes',
  'redundantBytes',
] as const
export type Counters = Record<(typeof counterNames)[number], number>

export const noCounters = (): Counters => ({
  download: 0,
  upload: 0,
  payloadDownload: 0,
  payloadUpload: 0,
  failedBytes: 0,
  redundantBytes: 0,
})
