import { basename } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { builtInClips } from '../simulator/built-in-clip.ts';
import { CameraFarm, type CameraFarmOptions } from '../simulator/camera-farm.ts';
import { type FaultSpec, parseFault } from '../simulator/fault-spec.ts';
import { parseCommandArguments, required, wholeNumber } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { startAll, stopAll } from './run-services.ts';

const maxCameras = 10_000;

/** `maplebridge simulate`: H.264 files as live RTSP cameras. */
export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'plays MP4 files as live RTSP cameras, with faults on request',
  usage: [
    'simulate [--host 127.0.0.1] [--port 8554] [--once] [--live] [--file <file.mp4>]… [<file.mp4> …]',
    '                     [--cameras N] [--fault <kind>[:share=0.1,every=60s,for=5s,rate=0.02,by=1h]]… [--seed N]',
    '  --cameras N   N live cameras that share the files; without a file they show a built-in clip',
    '  --live        cameras run on their own clock and are joined mid-stream (always so with --cameras)',
    '  --fault       drop, stall, loss, reorder, wrong-auth, resolution, clock-jump; may be given several times',
  ].join('\n'),
  async run({ args, log, signal, print }) {
    const { values, positionals } = parseCommandArguments(simulateCommand, args, {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8554' },
      once: { type: 'boolean', default: false },
      live: { type: 'boolean', default: false },
      file: { type: 'string', multiple: true, default: [] },
      cameras: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
    });
    const files = [...values.file, ...positionals];
    const cameras =
      values.cameras === undefined
        ? eachFile(files, { loop: !values.once, live: values.live })
        : await manyCameras(wholeNumber('cameras', values.cameras, 1, maxCameras), files);
    const farm = new CameraFarm({
      host: values.host,
      port: wholeNumber('port', values.port, 0, 65_535),
      cameras,
      faults: values.fault.map(faultOf),
      ...(values.seed !== undefined && { seed: wholeNumber('seed', values.seed, 0, 2 ** 32 - 1) }),
      clock: systemClock,
      log,
    });
    const services = [{ name: 'farm', service: farm }];
    await startAll(services, log);
    for (const { path } of cameras) print(farm.url(path));
    await aborted(signal);
    log.info(farm.counters, 'camera farm counted');
    await stopAll(services, log);
    return 0;
  },
};

type Cameras = CameraFarmOptions['cameras'];

function eachFile(files: readonly string[], how: { loop: boolean; live: boolean }): Cameras {
  required(files[0], 'a file', simulateCommand);
  return files.map((file, index) => ({ path: `/${index + 1}-${basename(file, '.mp4')}`, file, ...how }));
}

/** Files in turn; each camera's other clip is the file after its own. */
async function manyCameras(count: number, files: readonly string[]): Promise<Cameras> {
  const { file: builtIn, otherFile } = files.length === 0 ? await builtInClips() : { file: '', otherFile: '' };
  const shown = files.length === 0 ? [builtIn, otherFile] : files;
  const own = files.length === 0 ? 1 : files.length;
  return Array.from({ length: count }, (_, index) => ({
    path: `/${String(index + 1).padStart(4, '0')}`,
    file: shown[index % own] ?? '',
    otherFile: shown[((index % own) + 1) % shown.length] ?? '',
    loop: true,
    live: true,
  }));
}

function faultOf(text: string): FaultSpec {
  const fault = parseFault(text);
  if (typeof fault === 'string') throw new AppError('MB_USAGE', fault);
  return fault;
}
