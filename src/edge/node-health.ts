import type { Health } from '../contracts/node-messages.ts';
import type { CameraState } from '../domain/camera.ts';
import type { UtcMs } from '../domain/ids.ts';
import type { WallTime } from '../lib/steady-clock.ts';
import { softwareVersion } from '../lib/version.ts';
import type { DecoderPool } from './decode/decoder-pool.ts';
import { modelProblem } from './detect/model-status.ts';
import type { EdgeNodeOptions, NodeParts } from './node-parts.ts';

type ClockSync = EdgeNodeOptions['clockSync'];

/** A node's own account of how it is. `configProblems`: why its newest configuration is not wholly in use. */
export function nodeHealth(
  parts: NodeParts,
  { configProblems, clockSync, at }: { configProblems: readonly string[]; clockSync: ClockSync; at: UtcMs },
): Health {
  const { problems, ...outbox } = parts.outbox.status();
  const cameras = Object.fromEntries(
    [...parts.ingest.cameras].map(([id, state]) => {
      const fault = parts.watched.get(id)?.faults.fault;
      const { time } = parts;
      return [
        id,
        { ...describe(state, time), ...(fault && { fault: { fault: fault.fault, since: time.wall(fault.since) } }) },
      ];
    }),
  );
  const models = [...parts.detection.status()].flatMap(([id, status]) => modelProblem(id, status) ?? []);
  const unknown = parts.appearance?.problem;
  const unblurred = parts.redactor.problem;
  const told = [
    ...problems,
    ...parts.publisher.problems,
    ...(clockSync?.problem === undefined ? [] : [clockSync.problem]),
    ...(unknown === undefined ? [] : [`objects are followed without appearance: ${unknown}`]),
    ...(unblurred === undefined ? [] : [`alerts go out without pictures, none can be blurred: ${unblurred}`]),
    ...configProblems,
    ...parts.watched.schedule.problems,
    ...parts.watched.problems,
    ...models,
    ...hardwareProblems(parts.decoder.hardware),
    ...(parts.observations.problem === undefined ? [] : [parts.observations.problem]),
  ];
  const blind = Object.values(cameras).some(({ state, fault }) => state !== 'streaming' || fault !== undefined);
  return {
    state: blind || told.length > 0 ? 'degraded' : 'online',
    at,
    softwareVersion,
    clock: { state: clockSync?.state ?? 'unknown' },
    cameras,
    scenes: parts.watched.availability,
    problems: told,
    outbox,
  };
}

function hardwareProblems(hardware: DecoderPool['hardware']): string[] {
  if (hardware === undefined || hardware.asked === 'none' || hardware.used !== 'software') return [];
  return [`decoding in software although ${hardware.asked} was asked for: ${hardware.why}`];
}

function describe(state: CameraState, time: WallTime): Health['cameras'][string] {
  if (state.kind === 'waiting') return { state: state.kind, reason: `${state.reason}: ${state.detail}` };
  return state.kind === 'streaming' ? { state: state.kind, since: time.wall(state.since) } : { state: state.kind };
}
