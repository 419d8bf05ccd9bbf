import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProviderName } from './provider.ts';

/**
 * The accelerator this process holds open, with its driver; ONNX Runtime itself does not tell. Linux only, undefined
 * elsewhere and for cpu. Read from the process's own open files and loaded libraries.
 */
export function deviceInUse(provider: ProviderName): string | undefined {
  if (provider === 'cpu' || process.platform !== 'linux') return undefined;
  const found = openDevices().flatMap((path) => (path.startsWith('/dev/nvidia') ? nvidia() : drm(path)));
  const drivers = provider === 'webgpu' ? vulkanDrivers() : [];
  const parts = [...new Set([...found, ...drivers])];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function openDevices(): string[] {
  const paths = list('/proc/self/fd').map((fd) => link(`/proc/self/fd/${fd}`));
  return [...new Set(paths.filter((path) => /^\/dev\/(?:nvidia\d+|dri\/renderD\d+)$/.test(path)))];
}

function nvidia(): string[] {
  const models = list('/proc/driver/nvidia/gpus').map(
    (gpu) => /^Model:\s*(.+)$/m.exec(text(`/proc/driver/nvidia/gpus/${gpu}/information`))?.[1] ?? '',
  );
  const version = /Kernel Module\s+(?:for \S+\s+)?([\d.]+)/.exec(text('/proc/driver/nvidia/version'))?.[1];
  return [...new Set(models.filter((model) => model !== ''))].map((model) =>
    version === undefined ? model : `${model} (driver ${version})`,
  );
}

/** PCI ids and kernel driver of a render node. */
function drm(path: string): string[] {
  const folder = `/sys/class/drm/${path.slice('/dev/dri/'.length)}/device`;
  const ids = ['vendor', 'device'].map((name) => text(`${folder}/${name}`).trim().replace(/^0x/, ''));
  const driver = link(`${folder}/driver`).split('/').at(-1) ?? '';
  return [`${path} (PCI ${ids.join(':')}${driver === '' ? '' : `, driver ${driver}`})`];
}

/** Vulkan drivers that are loaded, by the names of their libraries. */
function vulkanDrivers(): string[] {
  const names: readonly (readonly [RegExp, string])[] = [
    [/libvk_swiftshader/, 'SwiftShader (software Vulkan)'],
    [/libvulkan_lvp/, 'lavapipe (software Vulkan)'],
    [/libvulkan_radeon/, 'Mesa RADV'],
    [/libvulkan_intel/, 'Mesa ANV'],
    [/libGLX_nvidia|libnvidia-vulkan/, 'NVIDIA Vulkan'],
  ];
  const maps = text('/proc/self/maps');
  return names.flatMap(([library, name]) => (library.test(maps) ? [name] : []));
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder), []);
}

function text(path: string): string {
  return attempt(() => readFileSync(path, 'utf8'), '');
}

function link(path: string): string {
  return attempt(() => readlinkSync(path), '');
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
