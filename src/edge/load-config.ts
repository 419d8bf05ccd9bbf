import { dirname, resolve } from 'node:path';
import { loadConfig } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import type { CameraConfig } from './camera-config.ts';
import { cameraFileSchema, type EdgeConfig, edgeSchema } from './config.ts';

/** As many cameras as one node may have. */
const maxCameras = 2_000;

/** The files a configuration consists of; only its own where it cannot be read. */
export function edgeConfigFiles(path: string): string[] {
  try {
    const { cameraFiles } = loadConfig(path, edgeSchema);
    return [path, ...cameraFiles.map((name) => resolve(dirname(path), name))];
  } catch {
    return [path];
  }
}

/**
 * Reads an edge node's configuration with the camera files it names (relative to it), as one.
 * @throws AppError as `loadConfig`; MB_CONFIG_INVALID also for a camera in two files, for none and for too many.
 */
export function loadEdgeConfig(path: string): EdgeConfig {
  const config = loadConfig(path, edgeSchema);
  if (config.cameraFiles.length === 0) return config;
  const cameras: CameraConfig[] = [...config.cameras];
  const fileOf = new Map<string, string>(cameras.map(({ id }) => [id, path]));
  const problems: string[] = [];
  for (const name of config.cameraFiles) {
    const file = resolve(dirname(path), name);
    for (const camera of loadConfig(file, cameraFileSchema).cameras) {
      const other = fileOf.get(camera.id);
      if (other !== undefined) problems.push(`${file}: camera "${camera.id}" is there already, in ${other}`);
      fileOf.set(camera.id, file);
      cameras.push(camera);
    }
  }
  if (cameras.length === 0) problems.push(`${path}: its camera files hold no camera`);
  if (cameras.length > maxCameras) problems.push(`${path}: ${cameras.length} cameras; one node takes ${maxCameras}`);
  if (problems.length > 0) throw new AppError('MB_CONFIG_INVALID', problems.join('\n'), { details: { problems } });
  return { ...config, cameras };
}
