import { FileCamera } from './file-camera.ts';
import type { LiveCamera } from './live-camera.ts';
import { type Locate, RtspCamera, type RtspCameraOptions } from './rtsp-camera.ts';
import type { CameraSource, OnvifStream } from './source-config.ts';

/** As for `RtspCamera`, with any kind of source. */
export interface OpenCameraOptions extends Omit<RtspCameraOptions, 'stream' | 'locate'> {
  readonly stream: CameraSource;
}

/** Makes the camera that reads this kind of source; it is not started. */
export function openCamera(options: OpenCameraOptions): LiveCamera {
  const { stream, ...rest } = options;
  if ('file' in stream || 'directory' in stream) return new FileCamera({ ...rest, stream });
  if (!('onvif' in stream)) return new RtspCamera({ ...rest, stream });
  const { onvif, ...settings } = stream;
  return new RtspCamera({ ...rest, stream: settings, locate: locateBy(onvif, stream) });
}

/** Asks the device for the address, as long as the stream's own answers may take. */
function locateBy(onvif: OnvifStream['onvif'], stream: OnvifStream): Locate {
  const timeoutMs = stream.connectTimeoutMs + stream.responseTimeoutMs;
  return async (credentials) => {
    // Loaded only where it is used.
    const { locateOnvifStream } = await import('./onvif-device.ts');
    const outcome = await locateOnvifStream({ address: onvif, credentials, timeoutMs }, onvif.profile);
    if (!outcome.ok) return outcome;
    return { ok: true, url: onvif.keepHost ? withHost(outcome.value, onvif.host) : outcome.value };
  };
}

function withHost(url: string, host: string): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return url.replace(/^(rtsps?:\/\/)(\[[^\]]*\]|[^/:?]*)/i, (_whole, scheme: string) => scheme + name);
}
