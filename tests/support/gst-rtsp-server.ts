import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One stream of GStreamer's RTSP server. */
type GstMount =
  /** An MP4 file with H.264, in real time, from its beginning for every client; `plays` it so many times over. */
  | { readonly path: string; readonly kind?: 'file'; readonly file: string; readonly plays?: number }
  /** Audio only, or a codec beside H.264. */
  | { readonly path: string; readonly kind: 'audio' | 'jpeg' };

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
    url: (path) => `rtsp://127.0.0.1:${port}${path}`,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}
