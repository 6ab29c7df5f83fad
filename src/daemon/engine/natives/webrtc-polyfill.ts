import * as polyfill from 'webrtc-polyfill'
import { isInstalled } from './node-datachannel.ts'

/**
 * Stands in for webrtc-polyfill in the bundle: without the native library there is no RTCPeerConnection, from which
 * simple-peer concludes that there is no WebRTC, and the tracker client that it must not offer any.
 */
export const RTCPeerConnection = isInstalled() ? polyfill.RTCPeerConnection : undefined
export const RTCSessionDescription = polyfill.RTCSessionDescription
export const RTCIceCandidate = polyfill.RTCIceCandidate
