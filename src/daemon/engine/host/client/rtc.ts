import { RTCPeerConnection } from 'webrtc-polyfill'

let done = false

/**
 * Makes WebRTC connections say when they have found all of their own addresses, as browsers do (an `icecandidate`
 * event without a candidate; W3C WebRTC, 4.4.1.3). The polyfill leaves that out, so that simple-peer, which must put
 * all addresses into one message, waited for 5 s for each offer and each answer.
 */
export function announceEndOfCandidates(): void {
  // without node-datachannel there is no WebRTC
  if (done || RTCPeerConnection === undefined) return
  done = true
  const { prototype } = RTCPeerConnection
  const { setLocalDescription } = prototype
  prototype.setLocalDescription = async function (description) {
    const ended = () => {
      if (this.iceGatheringState === 'complete') this.onicecandidate?.({ candidate: null })
    }
    this.addEventListener('icegatheringstatechange', ended)
    await setLocalDescription.call(this, description)
    // the search starts with the offer, and may be over by now
    ended()
  }
}
