/**
 * Every fault Maplebridge reports, by stable code. `docs/errors.md` lists the same codes (a test compares).
 * `retryable`: trying again later may succeed without anybody changing anything.
 */
export const errorCodes = {
  MB_CONFIG_INVALID: { retryable: false, help: 'Correct the named keys in the configuration file.' },
  MB_CONFIG_UNREADABLE: { retryable: false, help: 'Check that the file exists and is valid YAML.' },
  MB_DEFAULT_KEYS: { retryable: false, help: 'Generate own keys with `maplebridge keys generate`.' },
  MB_KEY_UNREADABLE: { retryable: false, help: 'Check the key file: PEM, Ed25519, mode 0600.' },
  MB_TRUST: {
    retryable: false,
    help: 'A revocation list or rotation statement cannot be believed: see docs/security.md, "Keys".',
  },
  MB_INTEGRITY_TRANSITION: {
    retryable: false,
    help: 'The integrity incident is not in a state that allows this step: open → acknowledged → resolved.',
  },
  MB_USAGE: { retryable: false, help: 'See `maplebridge --help`.' },
  MB_MISSING_PART: { retryable: false, help: 'Install the named package or provide the named file.' },
  MB_CAMERA_UNREACHABLE: { retryable: true, help: 'Check address, port and cabling of the camera.' },
  MB_CAMERA_UNAUTHORIZED: { retryable: true, help: 'Check user name and password of the camera.' },
  MB_CAMERA_NOT_RTSP: { retryable: true, help: 'The address answers, but not in RTSP: check the port.' },
  MB_CAMERA_REFUSED: { retryable: true, help: 'Check the path of the stream.' },
  MB_CAMERA_NO_VIDEO: { retryable: true, help: 'The stream has no video track: choose another profile.' },
  MB_CAMERA_CODEC: { retryable: true, help: 'Set the camera to a supported codec.' },
  MB_CAMERA_STALLED: { retryable: true, help: 'The camera stopped sending; it is reconnected.' },
  MB_CAMERA_CLOSED: { retryable: true, help: 'The camera closed the connection; it is reconnected.' },
  MB_CAMERA_PROTOCOL: { retryable: true, help: 'The camera broke the protocol; it is reconnected.' },
  MB_DECODE_FAILED: { retryable: true, help: 'The picture was corrupt; the next keyframe is tried.' },
  MB_MODEL_UNKNOWN: { retryable: false, help: 'Use an id listed in models/manifest.json.' },
  MB_MODEL_MISSING: { retryable: false, help: 'Set MAPLEBRIDGE_MODEL_MIRROR, or run `maplebridge models pull`.' },
  MB_MODEL_HASH: { retryable: false, help: 'The file is not the one the manifest names: replace it.' },
  MB_MODEL_MANIFEST: { retryable: false, help: 'Correct models/manifest.json.' },
  MB_MODEL_FAILED: { retryable: true, help: 'The model failed on an input; its scenes are unavailable meanwhile.' },
  MB_CANARY_STATE: {
    retryable: false,
    help: 'The canary’s state is damaged: the old model stays; `maplebridge models canary restart` begins anew.',
  },
  MB_OVERLOADED: {
    retryable: true,
    help: 'Too much at once: what the message names was dropped or refused; try later.',
  },
  MB_OUTBOX_FULL: { retryable: true, help: 'Free disk space or raise outbox.maxBytes; evidence is shed first.' },
  MB_OUTBOX_FAILED: { retryable: true, help: 'The outbox could not be written; alerts wait in memory.' },
  MB_OBSERVATIONS: {
    retryable: false,
    help: 'Check the path of the observation file; the node makes it when it looks at its first camera.',
  },
  MB_BROKER_UNREACHABLE: { retryable: true, help: 'Check the MQTT broker; alerts wait in the outbox.' },
  MB_BROKER_REFUSED: {
    retryable: true,
    help: 'The broker said no: check its access rules, limits and quota, and that no two nodes have one name.',
  },
  MB_ALERT_INVALID: { retryable: false, help: 'A message did not match the contract; it was set aside.' },
  MB_TRANSFER_UNREACHABLE: {
    retryable: true,
    help: 'Check the far side of the border and its certificates; batches wait in the journal and the spool.',
  },
  MB_DOCUMENT_INVALID: {
    retryable: false,
    help: 'The signed file does not verify or is out of date: check whose it is and ask for a new one.',
  },
  MB_BATCH_INVALID: { retryable: false, help: 'A transfer file failed verification; it is in quarantine.' },
  MB_EGRESS_CLOSED: {
    retryable: true,
    help: 'Mend the egress policy the message names: until then nothing crosses, and alerts wait in the journal.',
  },
  MB_QUARANTINE_REFUSED: {
    retryable: false,
    help: 'Correct what the message names (a missing key, for instance) and release it again, or discard it.',
  },
  MB_DATABASE_UNREACHABLE: { retryable: true, help: 'Check Postgres; transfer files wait until it is back.' },
  MB_DATABASE_SCHEMA: { retryable: false, help: 'The database is in use or was made by another version: see the log.' },
  MB_DATABASE_ROLE: {
    retryable: false,
    help: 'Give the service a role of its own and run `maplebridge desk migrate` (docs/deploying.md, Database roles).',
  },
  MB_AUDIT_INCONSISTENT: {
    retryable: false,
    help: 'The database does not hold what the newest checkpoint signed: keep both and find out who changed it.',
  },
  MB_AUDIT_FILE: { retryable: false, help: 'Name an audit export, a proof or a checkpoint, whole and unchanged.' },
  MB_QUEUE_UNREACHABLE: { retryable: true, help: 'Check Redis or the queue database; jobs are rebuilt from Postgres.' },
  MB_TICKET_UNKNOWN: { retryable: false, help: 'There is no ticket with this id.' },
  MB_TICKET_TRANSITION: { retryable: false, help: 'The ticket is not in a state that allows this step.' },
  MB_DESK_UNREACHABLE: { retryable: true, help: 'Check the address of the desk and that it runs.' },
  MB_UNAUTHENTICATED: { retryable: false, help: 'Sign in, or send a valid bearer token.' },
  MB_FORBIDDEN: { retryable: false, help: 'Your role does not allow this.' },
  MB_REQUEST_INVALID: { retryable: false, help: 'Correct the named fields of the request.' },
  MB_NOT_FOUND: { retryable: false, help: 'There is nothing at this address.' },
  MB_INTERNAL: { retryable: true, help: 'An error of the program itself: the log has the details.' },
  MB_STOP_TIMEOUT: { retryable: false, help: 'A service did not stop in time; see the log for which.' },
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof errorCodes;
