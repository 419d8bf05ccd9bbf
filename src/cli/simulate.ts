import { basename } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { CameraFarm } from '../simulator/camera-farm.ts';
import { parseCommandArguments, required } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { startAll, stopAll } from './run-services.ts';

/** `maplebridge simulate`: H.264 files as live RTSP cameras. */
export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'plays MP4 files as live RTSP cameras',
  usage: 'simulate [--host 127.0.0.1] [--port 8554] [--once] <file.mp4> …',
  async run({ args, log, signal, print }) {
    const { values, positionals } = parseCommandArguments(simulateCommand, args, {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8554' },
      once: { type: 'boolean', default: false },
    });
    required(positionals[0], 'a file', simulateCommand);
    const cameras = positionals.map((file, index) => ({
      path: `/${index + 1}-${basename(file, '.mp4')}`,
      file,
      loop: !values.once,
    }));
    const farm = new CameraFarm({ host: values.host, port: Number(values.port), cameras, clock: systemClock, log });
    const services = [{ name: 'farm', service: farm }];
    await startAll(services, log);
    for (const { path } of cameras) print(farm.url(path));
    await aborted(signal);
    await stopAll(services, log);
    return 0;
  },
};
