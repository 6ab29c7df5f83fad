/** What this engine uses of webrtc-polyfill, which comes with webtorrent. */
declare module 'webrtc-polyfill' {
  export class RTCPeerConnection extends EventTarget {
    readonly iceGatheringState: string
    onicecandidate: ((event: { candidate: null }) => void) | null | undefined
    setLocalDescription(description?: unknown): Promise<void>
  }
  export const RTCSessionDescription: unknown
  export const RTCIceCandidate: unknown
}
