import { dirname, join } from 'node:path';
import { edgeSpans } from '../contracts/alert-spans.ts';
import type { AccessUnit } from '../domain/access-unit.ts';
import type { CameraState } from '../domain/camera.ts';
import type { Frame } from '../domain/frame.ts';
import type { CameraId } from '../domain/ids.ts';
import type { Picture } from '../domain/picture.ts';
import { brokerAccess } from '../lib/broker-config.ts';
import type { Clock } from '../lib/clock.ts';
import { type ClockWord, unwatchedClock } from '../lib/clock-state.ts';
import { ContentStore } from '../lib/content-store.ts';
import type { SigningKey } from '../lib/keys.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import { SteadyClock, type WallTime } from '../lib/steady-clock.ts';
import { AlertWriter } from './alert/alert-writer.ts';
import { wallDraft } from './alert/wall-draft.ts';
import { CameraRoster } from './camera-roster.ts';
import type { EdgeConfig } from './config.ts';
import { CoverageAccount } from './coverage-account.ts';
import { DecoderPool } from './decode/decoder-pool.ts';
import { AppearanceService } from './detect/appearance/appearance-service.ts';
import { DetectionService } from './detect/detection-service.ts';
import type { ModelStoreOptions } from './detect/model-store.ts';
import { ClipCutter } from './evidence/clip-cutter.ts';
import { activityGate } from './gate/activity-gate.ts';
import { ReferenceStore } from './health/reference-store.ts';
import { IncidentMerger } from './incident-merger.ts';
import type { IngestPool } from './ingest/ingest-pool.ts';
import { createIngestPool } from './ingest/shard-pool.ts';
import { CameraMemory } from './memory/camera-memory.ts';
import { observationsPath } from './observations-path.ts';
import { ObservationLog } from './observe/observation-log.ts';
import { CoverageStore } from './publish/coverage-store.ts';
import { MqttPublisher } from './publish/mqtt-publisher.ts';
import { Outbox } from './publish/outbox.ts';
import { Redactor } from './redact/redactor.ts';
import { redactionModel } from './redaction-model.ts';
import { RingPlan } from './ring-plan.ts';
import { SiteCalendar } from './scene/rule/site-calendar.ts';
import { WatchedCameras } from './watched-cameras.ts';

/** What an edge node needs beside its configuration. */
export interface EdgeNodeOptions {
  readonly config: EdgeConfig;
  readonly key: SigningKey;
  readonly models: ModelStoreOptions;
  readonly clock: Clock;
  /** Whether the node's clock can be believed; unknown where nobody watches it. */
  readonly clockSync?: (ClockWord & { readonly problem: string | undefined }) | undefined;
  /** Takes the spans of alerts, where they are exported. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What happens in the parts that the node itself deals with. */
export interface NodeEvents {
  onState(camera: CameraId, state: CameraState): void;
  /** Something that health tells has changed. */
  onChange(): void;
}

/** All parts of an edge node, put together and at rest. */
export interface NodeParts {
  readonly decoder: DecoderPool;
  readonly detection: DetectionService;
  /** Absent where none is configured. */
  readonly appearance: AppearanceService | undefined;
  readonly outbox: Outbox;
  readonly publisher: MqttPublisher;
  readonly ingest: IngestPool;
  readonly coverageStore: CoverageStore;
  readonly coverage: CoverageAccount;
  readonly memory: CameraMemory;
  /** Wall time of the times in here. */
  readonly time: WallTime;
  readonly references: ReferenceStore;
  readonly observations: ObservationLog;
  readonly redactor: Redactor;
  readonly clips: ClipCutter;
  readonly watched: WatchedCameras;
  readonly roster: CameraRoster;
}

/** Finds people and codes clips anew. */
const redactWorker = new URL('./redact-worker.ts', import.meta.url);

/** The pool's threads, with the activity gate in them. */
const lookWorker = new URL('./look-worker.ts', import.meta.url);

/** Puts a node's parts together. @throws AppError MB_MODEL_UNKNOWN, MB_CONFIG_INVALID. */
export function nodeParts(options: EdgeNodeOptions, events: NodeEvents): NodeParts {
  const { config, key, models: store, clock, log, metrics } = options;
  const { publish, site, node, decode, gate, detect } = config;
  // What lasts is measured on time that does not jump; what leaves the node says the wall clock's.
  const steady = new SteadyClock(clock);
  const around = { clock: steady, log, metrics };
  const outward = { ...around, clock };
  const clockWord = options.clockSync ?? unwatchedClock;
  const { spans } = options;
  const evidence = new ContentStore(publish.outbox.evidenceDir);
  const files = filesOf(config);
  const decoder = new DecoderPool({ ...decode, gate, workerFile: lookWorker, ...around });
  const detection = new DetectionService({
    ...detect,
    store,
    onStatus: () => watched.modelsChanged(),
    dataDir: dirname(publish.outbox.path),
    ...around,
  });
  const appearance = detect.appearance && new AppearanceService({ config: detect.appearance, store, ...around });
  const outbox = new Outbox({ ...publish.outbox, site, node, evidence, ...outward, key });
  const onAccessUnit = (unit: AccessUnit) => watched.push(unit);
  const ingest = createIngestPool({
    config: config.ingest,
    life: config.ingest,
    handler: { onAccessUnit, onState: (id, state) => events.onState(id, state) },
    origin: steady.origin,
    ...around,
  });
  const { maxCoverageRecords: maxRecords } = publish.outbox;
  const coverageStore = new CoverageStore({ path: files.coverage, maxRecords });
  const coverage = new CoverageAccount({ store: coverageStore, time: steady, ...around });
  const observations = new ObservationLog({ config: { ...config.observations, path: files.observations }, ...around });
  const references = new ReferenceStore({ path: files.views, size: gate, clock: steady, log });
  const memory = new CameraMemory({
    config: { ...config.memory, path: files.memory },
    onSaved: (camera, at) => observations.noteSnapshot(camera, at),
    time: steady,
    ...around,
  });
  const { clip } = config.evidence;
  const redactor = new Redactor({
    config: config.redact,
    model: (signal) => redactionModel(config.redact, detect, store, signal),
    workerFile: redactWorker,
    ...around,
  });
  const redactClip: Redactor['clip'] = (...which) => redactor.clip(...which);
  const clips = new ClipCutter({ config: clip, evidence, redact: redactClip, ...around });
  const watched = new WatchedCameras({
    config,
    merger: new IncidentMerger(config.merge, steady),
    clips: {
      config: clip,
      cutter: clips,
      recent: (...which) => ingest.clip(...which),
      mainStreams: new Set(),
      clock: steady,
    },
    ...{ decoder, detection, appearance, ingest, coverage, memory, observations, references },
    inspector: activityGate(gate),
    calendar: new SiteCalendar(config.calendar, steady),
    alerts: new AlertWriter({
      ...{ evidence, decode: (frame) => fullSize(frame, decoder), clockWord, time: steady },
      redact: (...which) => redactor.picture(...which),
      ...{ clock: steady, log },
    }),
    store: (draft) => {
      const result = outbox.append(wallDraft(draft, steady));
      if (result.stored) spans?.record(edgeSpans(result.alert));
    },
    latestKeyframe: (id) => ingest.latestKeyframe(id),
    onChange: () => events.onChange(),
    ...around,
  });
  const roster = new CameraRoster({
    rings: new RingPlan({ clip, ingest: config.ingest }),
    ...{ ingest, watched, coverage, memory, log },
    openIncidents: () =>
      outbox.openIncidents().map((open) => ({
        ...open,
        startedAt: steady.steady(open.startedAt),
        observedAt: steady.steady(open.observedAt),
      })),
  });
  const publisher = new MqttPublisher({
    ...publish,
    ...{ site, node, evidence, outbox, ...outward },
    coverage: coverageStore,
    clockWord,
    broker: brokerAccess(publish.broker, 'publish.broker'),
  });
  return {
    ...{ decoder, detection, appearance, outbox, publisher, ingest, coverageStore, coverage, time: steady },
    ...{ memory, references, observations, redactor, clips, watched, roster },
  };
}

/** Where the node keeps what outlives it, beside its outbox unless configured otherwise. */
function filesOf(config: EdgeConfig) {
  const { path, coveragePath } = config.publish.outbox;
  const memory = config.memory.path ?? join(dirname(path), 'memory.db');
  return {
    coverage: coveragePath ?? join(dirname(path), 'coverage.db'),
    observations: observationsPath(config),
    memory,
    views: join(dirname(memory), 'views.db'),
  };
}

async function fullSize({ picture, accessUnit }: Frame, decoder: DecoderPool): Promise<Picture | undefined> {
  if (picture !== undefined) return picture;
  const result = await decoder.decode(accessUnit, { width: 0, height: 0, fit: 'original', format: 'rgb24' });
  return result.ok ? result.picture : undefined;
}
