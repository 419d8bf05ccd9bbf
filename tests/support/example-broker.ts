import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { accepts, mosquittoProgram, passwordTool } from './mosquitto.ts';
import { tempDir } from './temp-dir.ts';
import { TestAuthority } from './test-authority.ts';
import { until } from './until.ts';

const folder = fileURLToPath(new URL('../../edge-config/broker/mosquitto/', import.meta.url));

/** What a test has otherwise than the example. */
interface ExampleOptions {
  readonly site: string;
  /** User name → password. */
  readonly users?: Readonly<Record<string, string>>;
  /** Settings with another value: `max_packet_size` → `65536`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A Mosquitto that runs the files of `edge-config/broker/mosquitto`: only the site's name, paths and ports are others,
 * and a listener on loopback without TLS takes the place of none.
 */
export class ExampleBroker {
  readonly authority: TestAuthority;
  readonly #dir: Awaited<ReturnType<typeof tempDir>>;
  readonly #ports: { readonly certificate: number; readonly password: number };
  #process: ChildProcess | undefined;

  private constructor(
    dir: Awaited<ReturnType<typeof tempDir>>,
    authority: TestAuthority,
    ports: { certificate: number; password: number },
  ) {
    this.#dir = dir;
    this.authority = authority;
    this.#ports = ports;
  }

  /** Writes the files; nothing runs before `start`. */
  static async make({ site, users = {}, settings = {} }: ExampleOptions): Promise<ExampleBroker> {
    const dir = await tempDir('example-broker');
    const at = (name: string) => join(dir.path, name);
    const authority = new TestAuthority(dir.path);
    const { certFile, keyFile } = authority.issue('broker', { address: '127.0.0.1' });
    const ports = { certificate: await freePort(), password: await freePort() };
    writeFileSync(at('passwords'), '', { mode: 0o600 });
    for (const user of Object.entries(users))
      execFileSync(passwordTool, ['-b', at('passwords'), ...user], { stdio: 'ignore' });
    writeFileSync(at('acl'), readFileSync(join(folder, 'acl'), 'utf8').replaceAll('nanxun-1', site), { mode: 0o600 });
    const places: Readonly<Record<string, string>> = {
      '/etc/mosquitto/certs/ca.pem': authority.caFile,
      '/etc/mosquitto/certs/broker.pem': certFile,
      '/etc/mosquitto/certs/broker.key': keyFile,
      '/etc/mosquitto/certs/revoked.pem': authority.revocationList(),
      '/etc/mosquitto/passwords': at('passwords'),
      '/etc/mosquitto/acl': at('acl'),
      'listener 8883': `listener ${ports.certificate} 127.0.0.1`,
      'listener 8884': `listener ${ports.password} 127.0.0.1`,
    };
    let text = readFileSync(join(folder, 'mosquitto.conf'), 'utf8');
    for (const [from, to] of Object.entries(places)) {
      if (!text.includes(from)) throw new Error(`the example does not say ${from}`);
      text = text.replaceAll(from, to);
    }
    for (const [name, value] of Object.entries(settings)) {
      if (!new RegExp(`^${name} `, 'm').test(text)) throw new Error(`the example does not set ${name}`);
      text = text.replace(new RegExp(`^${name} .*$`, 'gm'), `${name} ${value}`);
    }
    // Started as root it would change to a user that cannot read the folder.
    if (process.getuid?.() === 0) text = `user root\n${text}`;
    writeFileSync(at('mosquitto.conf'), text);
    return new ExampleBroker(dir, authority, ports);
  }

  /** Where certificates are asked for. */
  get url(): string {
    return `mqtts://127.0.0.1:${this.#ports.certificate}`;
  }

  /** Where passwords are. */
  get passwordUrl(): string {
    return `mqtts://127.0.0.1:${this.#ports.password}`;
  }

  async start(): Promise<void> {
    this.authority.revocationList();
    const child = spawn(mosquittoProgram(), ['-c', join(this.#dir.path, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    this.#process = child;
    const listening = () => {
      if (child.exitCode !== null) throw new Error(`mosquitto does not run on the example: ${said}`);
      return accepts(this.#ports.password);
    };
    await until(listening, { what: 'mosquitto to listen' });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.#dir.remove();
  }
}
