import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server that does what its script says; for cameras that misbehave. */
export interface ScriptedServer {
  readonly port: number;
  /** Address of a stream on it. */
  readonly url: string;
  /** Request lines received, in order. */
  readonly requests: readonly string[];
  /** Connections accepted so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** What an RTSP script does; what is left out goes as on a camera that works. */
export interface RtspScript {
  /** Body of the answer to DESCRIBE; default one H.264 track. */
  readonly sdp?: string;
  /** Answers a request in its own way; undefined: as usual. */
  readonly answer?: (method: string) => string | undefined;
  /** After PLAY was answered. */
  readonly onPlay?: (socket: Socket) => void;
}

/** SDP of one H.264 track without parameter sets. */
const h264Sdp = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n';

/** Starts a server that hands every connection to `serve`. */
export async function startTcpServer(
  serve: (socket: Socket, note: (line: string) => void) => void,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, (line) => requests.push(line));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `rtsp://127.0.0.1:${port}/live`,
    requests,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts a small RTSP server that follows a script. */
export function startRtspScript(script: RtspScript = {}): Promise<ScriptedServer> {
  return startTcpServer((socket, note) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        note(head.split('\r\n', 1)[0] ?? '');
        answer(socket, head, script);
      }
    });
  });
}

function answer(socket: Socket, head: string, script: RtspScript): void {
  const method = head.split(' ', 1)[0] ?? '';
  const cseq = /CSeq: (\d+)/.exec(head)?.[1] ?? '0';
  const sdp = script.sdp ?? h264Sdp;
  const usual: Readonly<Record<string, string>> = {
    DESCRIBE: `Content-Length: ${sdp.length}\r\n\r\n${sdp}`,
    SETUP: 'Session: 1;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n',
  };
  const own = script.answer?.(method);
  socket.write(
    `RTSP/1.0 ${own ?? '200 OK'}\r\nCSeq: ${cseq}\r\n${own === undefined ? (usual[method] ?? '\r\n') : '\r\n'}`,
  );
  if (method === 'PLAY') script.onPlay?.(socket);
}

/** A port of 127.0.0.1 where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await startTcpServer(() => undefined);
  await server.stop();
  return server.port;
}
