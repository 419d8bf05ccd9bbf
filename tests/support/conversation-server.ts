import type { Socket } from 'node:net';
import { type Conversation, type ConversationStep, serverBytes } from './conversation.ts';
import { type ScriptedServer, startTcpServer } from './scripted-rtsp-server.ts';

/** A server that plays a conversation. */
export interface ConversationServer extends ScriptedServer {
  /** What the client said otherwise than written down. */
  readonly complaints: readonly string[];
  /** Everything was played. */
  readonly done: boolean;
}

/** Plays a conversation, one list of steps for each connection in turn. */
export async function playConversation(conversation: Conversation): Promise<ConversationServer> {
  const complaints: string[] = [];
  const left = conversation.connections.map((steps) => [...steps]);
  let next = 0;
  const server: ScriptedServer = await startTcpServer((socket, note) => {
    const steps = left[next] ?? [];
    next += 1;
    serve(socket, steps, { port: () => server.port, note, complain: (text) => complaints.push(text) });
  });
  return Object.defineProperties(server, {
    complaints: { value: complaints },
    done: { get: () => left.every((steps) => steps.length === 0) },
  }) as ConversationServer;
}

interface Stage {
  readonly port: () => number;
  readonly note: (line: string) => void;
  readonly complain: (text: string) => void;
}

function serve(socket: Socket, steps: ConversationStep[], stage: Stage): void {
  let text = '';
  let cseq = '0';
  const play = () => {
    for (;;) {
      const [step] = steps;
      if (step === undefined || step.kind === 'client') return;
      steps.shift();
      if (step.kind === 'close') socket.end();
      else socket.write(step.kind === 'bytes' ? step.bytes : serverBytes(step, { port: stage.port(), cseq }));
    }
  };
  socket.on('data', (chunk) => {
    // Receiver reports of the client are none of the conversation.
    text += chunk.toString('latin1').replace(/^\$[\s\S]*/, '');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      stage.note(head.split('\r\n', 1)[0] ?? '');
      cseq = /CSeq: (\d+)/.exec(head)?.[1] ?? cseq;
      if (steps[0]?.kind === 'client') check(head, steps[0], stage);
      if (steps[0]?.kind === 'client') steps.shift();
      play();
    }
  });
  play();
}

function check(head: string, step: Extract<ConversationStep, { kind: 'client' }>, stage: Stage): void {
  const filled = (text: string) =>
    text.replaceAll('{url}', `rtsp://127.0.0.1:${stage.port()}/live`).replaceAll('{port}', String(stage.port()));
  const [line] = head.split('\r\n', 1);
  if (line !== filled(step.line)) stage.complain(`expected "${filled(step.line)}", was asked "${line}"`);
  for (const text of step.holds) {
    const absent = text.startsWith('!');
    if (head.includes(filled(absent ? text.slice(1) : text)) === absent) stage.complain(`"${text}" in:\n${head}`);
  }
}
