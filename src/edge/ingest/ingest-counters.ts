/** What one camera's ingest counted since it was constructed; grows over reconnects, read by tests, health and metrics. */
export interface IngestCounters {
  /** TCP connections tried. */
  connections: number;
  /** Bytes read from the socket. */
  bytes: number;
  /** RTP packets of the video track that were well-formed and in sequence. */
  packets: number;
  /** RTP packets missing by their sequence numbers. */
  lostPackets: number;
  /** RTP or RTCP packets that were truncated or contradicted themselves. */
  malformedPackets: number;
  /** Packets nobody asked for: another channel or payload type, duplicates, packet kinds we do not take. */
  foreignPackets: number;
  /** RTP packets over UDP that came after a later one and were put back in their place. */
  reorderedPackets: number;
  /** Access units received whole, wanted or not. */
  accessUnits: number;
  /** Of these, keyframes. */
  keyframes: number;
  /** Of the access units, those nobody wanted: counted and dropped without a copy. */
  passedUnits: number;
  /** Keyframes that came with another sequence parameter set than those before: resolution or profile changed. */
  parameterSetChanges: number;
  /** Access units dropped because a part was lost, truncated or too large. */
  damagedUnits: number;
  /** Complete access units dropped because what they refer to was lost: they wait for the next keyframe. */
  skippedUnits: number;
  /** RTCP sender reports that gave the camera's wall clock. */
  senderReports: number;
  /** Bytes that were neither RTSP nor an interleaved frame. */
  garbageBytes: number;
  /** RTSP messages that could not be read or were not expected. */
  malformedMessages: number;
  /** Times the consumer threw on an access unit. */
  consumerErrors: number;
}

/** All zero. */
export function createIngestCounters(): IngestCounters {
  return {
    connections: 0,
    bytes: 0,
    packets: 0,
    lostPackets: 0,
    malformedPackets: 0,
    foreignPackets: 0,
    reorderedPackets: 0,
    accessUnits: 0,
    keyframes: 0,
    passedUnits: 0,
    parameterSetChanges: 0,
    damagedUnits: 0,
    skippedUnits: 0,
    senderReports: 0,
    garbageBytes: 0,
    malformedMessages: 0,
    consumerErrors: 0,
  };
}
