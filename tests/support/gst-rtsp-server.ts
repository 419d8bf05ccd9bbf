import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One stream of GStreamer's RTSP server. */
type GstMount = {
  readonly path: string;
  /** Default TCP only. */
  readonly transport?: 'tcp' | 'udp' | 'both';
} & (
  | {
      readonly kind?: 'file';
      /** An MP4 or, for MJPEG, MKV file, in real time, from its beginning for every client. */
      readonly file: string;
      /** So many times over; H.264 only. */
      readonly plays?: number;
      readonly codec?: 'h264' | 'h265' | 'jpeg';
    }
  /** A moving pattern, encoded while it is sent. */
  | { readonly kind: 'encoded'; readonly codec: 'h264' | 'h265' | 'jpeg' }
  /** Audio only, or JPEG. */
  | { readonly kind: 'audio' | 'jpeg' }
);

/** What to serve, and to whom. */
export interface GstRtspServerOptions {
  readonly mounts: readonly GstMount[];
  /** Default: a free one. */
  readonly port?: number;
  readonly auth?: {
    readonly method: 'basic' | 'digest';
    readonly username: string;
    readonly password: string;
  };
  /** Serves `rtsps://` with this certificate; PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A running server of GStreamer on a free port of 127.0.0.1. */
export interface GstRtspServer {
  readonly port: number;
  /** Address of a mount, without credentials. */
  url(path: string): string;
  /** Ends the process; idempotent. */
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('./gst-rtsp-server.py', import.meta.url));

/** Starts GStreamer's RTSP server in a process of its own and waits until it listens. */
export async function startGstRtspServer(options: GstRtspServerOptions): Promise<GstRtspServer> {
  // Debian's own Python: python3-gi is not seen by another one that may come first on the PATH.
  const child = spawn('/usr/bin/python3', [script, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors = (errors + text.toString()).slice(-2000);
  });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(`GStreamer's RTSP server did not start: ${errors}`);
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    url: (path) => `rtsp${options.tls === undefined ? '' : 's'}://127.0.0.1:${port}${path}`,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}
