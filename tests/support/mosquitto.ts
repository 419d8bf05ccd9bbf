import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

const binary = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'].find((path) =>
  existsSync(path),
);

/** Debian’s tool for password files. */
export const passwordTool = ['/usr/bin/mosquitto_passwd', '/usr/local/bin/mosquitto_passwd'].find(existsSync) ?? '';

/** An account of the broker; a node gets the rights of design/wire.md, the gateway all. */
export interface MosquittoUser {
  readonly username: string;
  readonly password: string;
  /** `mb/v1/{site}/{node}`; absent for the gateway. */
  readonly prefix?: string;
}

/** A Mosquitto of its own on a free port, with passwords and access rules, that can be killed and started again. */
export class Mosquitto {
  readonly #users: readonly MosquittoUser[];
  readonly #more: readonly string[];
  #port: number;
  #dir: Awaited<ReturnType<typeof tempDir>> | undefined;
  #process: ChildProcess | undefined;
  #settings: readonly string[] = [];

  /** `more`: further lines of its configuration. */
  constructor(users: readonly MosquittoUser[], port = 0, more: readonly string[] = []) {
    this.#users = users;
    this.#port = port;
    this.#more = more;
  }

  /** 0 while it is not running. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  /** With `persistence` it begins with what it had on disk, and saves every second. */
  async start({ persistence = false } = {}): Promise<void> {
    this.#dir ??= await this.#configure();
    const files = [this.#dir.path, join(this.#dir.path, 'mosquitto.conf')] as const;
    const saved = ['persistence true', `persistence_location ${files[0]}/`, 'autosave_interval 1'];
    const more = persistence ? saved : ['persistence false'];
    await writeFile(files[1], `${[...this.#settings, ...more].join('\n')}\n`);
    this.#process = spawn(mosquittoProgram(), ['-c', files[1]], { stdio: 'ignore' });
    await until(() => accepts(this.#port), { what: 'mosquitto to listen', timeoutMs: 60_000 });
  }

  /** SIGKILL: without persistence the broker forgets everything. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  /** SIGSTOP and SIGCONT: it keeps its connections and does nothing. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(name);
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#dir?.remove();
    this.#dir = undefined;
  }

  async #configure() {
    const dir = await tempDir('mosquitto');
    this.#port ||= await freePort();
    const passwords = join(dir.path, 'passwords');
    await writeFile(passwords, '');
    for (const { username, password } of this.#users) {
      execFileSync(passwordTool, ['-b', passwords, username, password], { stdio: 'ignore' });
    }
    const rules = this.#users.map(({ username, prefix }) =>
      prefix === undefined
        ? `user ${username}\ntopic readwrite mb/v1/#\n`
        : `user ${username}\n${['alert/#', 'evidence/#', 'health', 'coverage'].map((tail) => `topic write ${prefix}/${tail}\n`).join('')}topic read ${prefix}/ack\n`,
    );
    await writeFile(join(dir.path, 'acl'), rules.join('\n'));
    this.#settings = [
      `listener ${this.#port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      `acl_file ${join(dir.path, 'acl')}`,
      ...this.#more,
      // Started as root it would change to a user that cannot read the folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ];
    return dir;
  }
}

/** Where Mosquitto is. */
export function mosquittoProgram(): string {
  if (binary === undefined)
    throw new Error('the Debian package mosquitto is missing: run `npm test`, which installs it');
  return binary;
}

/** Whether somebody listens on a port of this machine. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
