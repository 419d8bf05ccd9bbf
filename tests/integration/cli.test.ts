import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoConfigText, prepareDemoDir } from '../../src/cli/demo-files.ts';
import { demoSigningKey } from '../../src/lib/default-credentials.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { generateSigningKey, loadSigningKey } from '../../src/lib/keys.ts';
import { CliProcess, runCli } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { noSharedReason, sharedDir } from '../support/shared.ts';
import { streetEdgeText } from '../support/street-config.ts';
import { tempDir } from '../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  dir = await tempDir('cli');
  writeFileSync(join(dir.path, 'secret'), randomBytes(16).toString('hex'));
  for (const name of ['node', 'collect', 'deliver', 'audit']) generateSigningKey(join(dir.path, 'keys', `${name}.pem`));
});
afterAll(() => dir.remove());

/** A service's configuration with this test's folder, keys and ports, changed as asked. */
async function configFile(
  service: 'edge' | 'collect' | 'desk',
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const port = await freePort();
  const actual = { dir: dir.path, mqttUrl: `mqtt://127.0.0.1:${port}`, rtspPort: 1 };
  const text = (service === 'edge' ? streetEdgeText(actual) : demoConfigText(service, actual))
    .replace('port: 1883', `port: ${port}`)
    .replace('port: 8080', 'port: 0')
    .replace(/tokenSha256: [0-9a-f]{64}/g, () => `tokenSha256: ${sha256(randomBytes(8))}`);
  const path = join(dir.path, `${service}-${sha256(randomBytes(8)).slice(0, 8)}.yaml`);
  writeFileSync(path, `${change(text)}${service === 'desk' ? '' : '\nhttp: { port: 0 }\n'}`);
  return path;
}

describe('command line', () => {
  test('says what it can do', async () => {
    const { exit, output } = await runCli(['--help']);
    expect(exit).toBe(0);
    for (const name of [
      'demo',
      'edge',
      'collect',
      'desk',
      'cameras',
      'simulate',
      'trace',
      'quarantine',
      'models',
      'keys',
      'config',
    ]) {
      expect(output).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });

  test.each([
    [['nonsense'], /unknown command "nonsense"/],
    [['edge'], /--config is missing[\s\S]*usage: maplebridge edge/],
    [['edge', '--confg', 'x'], /Unknown option '--confg'/],
    [['trace'], /the ticket id is missing/],
  ])('%j ends with usage and exit code 2', async (args, expected) => {
    const { exit, output } = await runCli(args);
    expect(exit).toBe(2);
    expect(output).toMatch(expected);
  });

  test.each([
    [['trace', 'x', '--desk', 'http://127.0.0.1:1', '--token-file', '/nonexistent/token'], /--token-file: .*ENOENT/],
    [['trace', 'x', '--desk', 'not an address'], /--desk: "not an address" is not the address of a desk/],
    [['demo', '--port', '80x'], /--port must be a whole number from 0 to 65535, not "80x"/],
  ])('%j ends with what is wrong and no stack', async (args, expected) => {
    const { exit, output } = await runCli(args);
    expect(output).toMatch(expected);
    expect(output).not.toMatch(/^ +at /m);
    expect(exit).toBe(2);
  });

  test('makes keys for their owner only, and never over another', async () => {
    const path = join(dir.path, 'own', 'node.pem');
    expect((await runCli(['keys', 'generate', '--out', path])).exit).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    expect((await runCli(['keys', 'generate', '--out', path])).exit).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('rotates, lists and revokes a key that a gateway believes', async () => {
    const home = join(dir.path, 'life');
    const path = join(home, 'node.pem');
    const first = generateSigningKey(path);
    copyFileSync(`${path}.pub`, join(home, 'trusted.pub'));
    const rotations = join(home, 'rotations');
    const list = join(home, 'revocations.json');
    const administrator = join(home, 'admin.pem');
    generateSigningKey(administrator);
    const far = join(dir.path, 'keys', 'deliver.pem');
    if (!existsSync(far)) generateSigningKey(far);
    const trust = `trust: { rotationsDir: ${rotations}, revocations: { file: ${list}, administratorKeyFiles: [${administrator}.pub] } }`;
    const config = await configFile('collect', (text) =>
      text.replace(/^( +)- \{ node: [^}]*\}$/m, `$1- { node: box-1, publicKeyFile: ${home}/trusted.pub }\n  ${trust}`),
    );
    const keys = async (...args: string[]) => {
      const { exit, output } = await runCli(['keys', ...args]);
      expect(exit, output).toBe(0);
      return output;
    };
    await keys('revoke', '--list', list, '--empty', '--admin-key', administrator);
    expect(await keys('rotate', '--key', path, '--node', 'box-1', '--out', rotations)).toContain('rotations');
    const next = loadSigningKey(path);
    expect(next.keyId).not.toBe(first.keyId);
    expect(loadSigningKey(`${path}.retired-${first.keyId}`).keyId).toBe(first.keyId);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const listed = await keys('list', '--config', config);
    expect(listed).toMatch(new RegExp(`box-1 +${first.keyId} retiring +until 20`));
    expect(listed).toMatch(new RegExp(`box-1 +${next.keyId} good`));
    const revoke = ['--key-id', first.keyId, '--reason', 'box stolen', '--admin-key', administrator];
    await keys('revoke', '--list', list, ...revoke);
    expect(await keys('list', '--config', config)).toMatch(
      new RegExp(`${first.keyId} revoked +since 20.*: box stolen`),
    );
    expect((await runCli(['keys', 'revoke', '--list', list, ...revoke.slice(0, 4)])).output).toMatch(/--admin-key/);
    writeFileSync(list, readFileSync(list, 'utf8').replace('box stolen', 'box found'));
    const refused = await runCli(['collect', '--config', config]);
    expect(refused).toMatchObject({ exit: 1, output: expect.stringMatching(/MB_TRUST.*bad-signature/) });
  });
});

test.skipIf(sharedDir === undefined)(
  `a pulled shared model is what a node started in that folder runs, the last pulled first${sharedDir === undefined ? ` (${noSharedReason})` : ''}`,
  async () => {
    const cwd = join(dir.path, 'pulling');
    mkdirSync(cwd, { recursive: true });
    const env = { MAPLEBRIDGE_MODEL_MIRROR: join(sharedDir ?? '', 'models') };
    const inUse = (output: string) => output.split('where detect.models is left out:\n')[1]?.split('\n') ?? [];
    for (const id of ['yolox-nano-416', 'light-person-192']) {
      const { exit, output } = await runCli(['models', 'pull', id], env, cwd);
      expect(exit, output).toBe(0);
      expect(inUse(output)[0]).toMatch(new RegExp(`^  ${id}: person`));
    }
    // Without the mirror: they are in the folder by now.
    const { output } = await runCli(['models', 'list'], { MAPLEBRIDGE_MODEL_MIRROR: '' }, cwd);
    expect(inUse(output)[0]).toBe('  light-person-192: person');
    expect(inUse(output)[1]).toMatch(/^ {2}yolox-nano-416: bicycle, car/);
  },
);

describe('a wrong configuration refuses the start', () => {
  test.each([
    [
      'an unknown key',
      (text: string) => text.replace('dwellMs: 10000', 'dwelMs: 10000'),
      /edge.*\.yaml:\d+: cameras\[0\]\.scenes\.illegal_parking\.dwelMs: unknown key; did you mean "dwellMs"/,
    ],
    [
      'a wrong unit',
      (text: string) => text.replace('dwellMs: 10000', 'dwellMs: 10s'),
      /dwellMs: wrong unit: this field is a number of milliseconds; for 10s write 10000/,
    ],
    [
      'a zone that is not there',
      (text: string) => text.replace('zones: [near-lane]', 'zones: [far-lane]'),
      /no zone "far-lane" on this camera; it has: near-lane/,
    ],
    [
      'a camera twice',
      (text: string) => text.replace('0001320000002', '0001320000001'),
      /cameras\[1\]\.id: camera "33050200001320000001" is there twice/,
    ],
    ['not YAML', () => 'site: [', /MB_CONFIG_UNREADABLE/],
  ])('%s', async (_what, change, expected) => {
    const { exit, output } = await runCli(['edge', '--config', await configFile('edge', change)]);
    expect(output).toMatch(expected);
    expect(exit).toBe(1);
  });

  test('config check says the same without starting anything', async () => {
    const good = await configFile('collect');
    expect(await runCli(['config', 'check', 'collect', good])).toMatchObject({ exit: 0 });
    const bad = await configFile('collect', (text) => text.replace('batchMaxAgeMs', 'batchMaxAge'));
    expect((await runCli(['config', 'check', 'collect', bad])).output).toMatch(/did you mean "batchMaxAgeMs"/);
  });
});

describe('default keys outside the demo refuse the start', () => {
  test.each(['edge', 'collect', 'desk'] as const)('%s', async (service) => {
    const demo = join(dir.path, 'demo');
    prepareDemoDir(demo).release();
    const path = join(dir.path, `${service}-default.yaml`);
    writeFileSync(path, demoConfigText(service, { dir: demo }));
    const { exit, output } = await runCli([service, '--config', path]);
    expect(output).toMatch(/MB_DEFAULT_KEYS: refusing to start on default credentials: .*(key|token)/i);
    expect(output).not.toContain('maplebridge-demo\n');
    expect(exit).toBe(1);
  });

  test.each(['collect', 'desk'] as const)(
    '%s that trusts the demo’s node, whatever stands before the key',
    async (service) => {
      const trusted = join(dir.path, `demo-node-for-${service}.pub`);
      writeFileSync(trusted, `# our first box\n${demoSigningKey('node').publicPem()}`);
      const path = await configFile(service, (text) =>
        text.replace(/publicKeyFile: [^ }]*/, `publicKeyFile: ${trusted}`),
      );
      const cli = new CliProcess([service, '--config', path]);
      await cli.says(/MB_DEFAULT_KEYS|"msg":"started"/);
      expect(await cli.terminate()).toBe(1);
      expect(cli.output).toMatch(new RegExp(`MB_DEFAULT_KEYS: .*${service}: trusted key .*demo-node-for-${service}`));
    },
  );
});

describe('SIGTERM drains and exits 0 within ten seconds', () => {
  test.each(['collect', 'desk'] as const)('%s', async (service) => {
    const cli = new CliProcess([service, '--config', await configFile(service)]);
    await cli.says(service === 'desk' ? /console: http/ : /"service":"collect".*"started"/);
    expect(await cli.terminate(), cli.output).toBe(0);
    expect(cli.output).toContain('"msg":"stopped"');
  });

  test.skipIf(sharedDir === undefined)(
    `edge with shared models, its cameras and its broker away${sharedDir === undefined ? ` (${noSharedReason})` : ''}`,
    async () => {
      const env = { MAPLEBRIDGE_MODEL_MIRROR: join(sharedDir ?? '', 'models') };
      const cli = new CliProcess(['edge', '--config', await configFile('edge')], env);
      await cli.says(/"service":"edge".*"started"/);
      await cli.says(/unreachable/);
      expect(await cli.terminate(), cli.output).toBe(0);
    },
  );
});

describe('missing parts are named', () => {
  test('the demo without its clips', async () => {
    const args = ['demo', '--until', 'closed', '--dir', join(dir.path, 'nowhere'), '--footage', '/nonexistent'];
    const { exit, output } = await runCli(args);
    expect(exit).toBe(1);
    expect(output).toMatch(/MB_MISSING_PART: .*\/nonexistent\/fire_smoke\.fires\.mp4.*npm run footage -- clips/);
  });

  test('an edge node without its model says so and goes on: its cameras and its account of them do not depend on it', async () => {
    const env = { MAPLEBRIDGE_MODEL_MIRROR: join(dir.path, 'empty-mirror') };
    const cli = new CliProcess(['edge', '--config', await configFile('edge')], env);
    await cli.says(/"code":"MB_MODEL_MISSING".*yolox-nano-416/);
    await cli.says(/"service":"edge".*"started"/);
    expect(await cli.terminate(), cli.output).toBe(0);
  });

  test('an edge node with another file under its model’s name', async () => {
    const mirror = join(dir.path, 'wrong-mirror');
    mkdirSync(mirror, { recursive: true });
    copyFileSync(join(dir.path, 'secret'), join(mirror, 'yolox_nano_416.onnx'));
    const cli = new CliProcess(['edge', '--config', await configFile('edge')], { MAPLEBRIDGE_MODEL_MIRROR: mirror });
    await cli.says(/"code":"MB_MODEL_HASH"/);
    expect(cli.output).toContain(sha256(readFileSync(join(dir.path, 'secret'))));
    expect(cli.output).toMatch(/695e750a5d5754bb/);
    await cli.says(/"service":"edge".*"started"/);
    expect(await cli.terminate(), cli.output).toBe(0);
  });
});
