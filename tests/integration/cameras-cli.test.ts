import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { FakeOnvifDevice } from '../support/fake-onvif-device.ts';
import { tempDir } from '../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  dir = await tempDir('cameras-cli');
});
afterAll(() => dir.remove());

const at = (name: string) => join(dir.path, name);
const head = 'id,name,division,lat,lon,url,username,password_env';
const row = (id: string, lat = '30.5') =>
  `${id},Gate ${id},330503001,${lat},120.5,rtsp://10.0.0.1/${id},viewer,CAMERA_PASSWORD`;
const write = (name: string, ...lines: string[]) => {
  writeFileSync(at(name), `${lines.join('\r\n')}\r\n`);
  return at(name);
};

describe('cameras import', () => {
  test('writes a file that an edge configuration may name', async () => {
    const out = at('cameras.yaml');
    const imported = await runCli(['cameras', 'import', write('good.csv', head, row('a'), row('b')), '--out', out]);
    expect(imported).toMatchObject({ exit: 0 });
    expect(imported.output).toContain(`2 of 2 cameras → ${out}, now 2`);
    const broker = '{ url: mqtt://h, username: u, password: { env: P } }';
    writeFileSync(
      at('edge.yaml'),
      `site: s\nnode: n\nkeyFile: k\npublish: { broker: ${broker} }\ncameraFiles: [cameras.yaml]\n`,
    );
    expect(await runCli(['config', 'check', 'edge', at('edge.yaml')])).toMatchObject({ exit: 0 });
    writeFileSync(out, readFileSync(out, 'utf8').replace('lat: 30.5', 'lat: 300'));
    const checked = await runCli(['config', 'check', 'edge', at('edge.yaml')]);
    expect(checked).toMatchObject({ exit: 1 });
    expect(checked.output).toMatch(/cameras\.yaml:7: cameras\[0\]\.lat: /);
  });

  test('writes nothing where anything is wrong; --skip-bad writes the rest, and what was left out', async () => {
    const out = at('partly.yaml');
    const file = write('bad.csv', head, row('a'), row('b', '300'), row('c'), row('a'));
    const refused = await runCli(['cameras', 'import', file, '--out', out]);
    expect(refused).toMatchObject({ exit: 1 });
    expect(refused.output).toContain(`${file}:3: lat "300": expected a number from -90 to 90`);
    expect(refused.output).toContain(`${file}:5: id "a": this camera is there already, on line 2`);
    expect(refused.output).toContain('2 problems on 2 lines; nothing was written');
    expect(existsSync(out)).toBe(false);
    const skipped = await runCli(['cameras', 'import', file, '--out', out, '--skip-bad']);
    expect(skipped).toMatchObject({ exit: 0 });
    expect(skipped.output).toContain('2 of 4 cameras');
    expect(readFileSync(`${out}.skipped.csv`, 'utf8').split('\r\n').slice(1, 3)).toEqual([
      '3,lat,300,expected a number from -90 to 90,',
      '5,id,a,"this camera is there already, on line 2",',
    ]);
  });

  test('never replaces a file unasked, and with --merge keeps what was drawn in it', async () => {
    const out = at('drawn.yaml');
    const drawn =
      'zones: [{ id: kerb, points: [[0, 0], [1, 0], [1, 1]] }], scenes: { illegal_parking: { zones: [kerb] } }';
    const place = 'name: old, division: "330503", lat: 1, lon: 1';
    writeFileSync(out, `cameras:\n  - { id: a, ${place}, stream: { url: rtsp://h/a }, ${drawn} }\n`);
    const file = write('again.csv', head, row('a'), row('b'));
    const refused = await runCli(['cameras', 'import', file, '--out', out]);
    expect(refused).toMatchObject({ exit: 1 });
    expect(refused.output).toMatch(/is there already: --merge keeps its zones and scenes/);
    expect(await runCli(['cameras', 'import', file, '--out', out, '--merge'])).toMatchObject({ exit: 0 });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('name: Gate a');
    expect(text).toContain('id: kerb');
    expect(text).toContain('name: Gate b');
  });

  test('refuses a column of passwords even with --skip-bad, and does not repeat them', async () => {
    const file = write('secret.csv', `${head},password`, `${row('a')},s3cret`);
    const { exit, output } = await runCli(['cameras', 'import', file, '--out', at('secret.yaml'), '--skip-bad']);
    expect(exit).toBe(1);
    expect(output).toMatch(/secret\.csv:1: column "password": passwords do not belong into this file/);
    expect(output).not.toContain('s3cret');
  });

  test.each([
    [['cameras'], /expected import, discover, probe[\s\S]*usage: maplebridge cameras import/],
    [['cameras', 'import', 'x.csv'], /--out is missing/],
    [['cameras', 'import', 'x.docx', '--out', 'y'], /expected \.csv or \.yaml/],
    [['cameras', 'probe'], /the host is missing/],
    [['cameras', 'probe', 'h', '--port', '80x'], /--port: expected a number from 1 to 65535/],
  ])('%j ends with usage and exit code 2', async (args, expected) => {
    const { exit, output } = await runCli(args);
    expect(exit).toBe(2);
    expect(output).toMatch(expected);
  });
});

describe('cameras over ONVIF', () => {
  let device: FakeOnvifDevice;
  beforeAll(async () => {
    const profile = (token: string, width: number, height: number) => ({
      ...{
        token,
        name: `${token}Stream`,
        encoding: 'H264',
        width,
        height,
        fps: 25,
        url: `rtsp://127.0.0.1:554/${token}`,
      },
    });
    const profiles = [profile('main', 1920, 1080), profile('sub', 704, 576)];
    device = await new FakeOnvifDevice({ profiles, username: 'viewer', password: 's3cret' }).start();
    await device.discoverable();
  });
  afterAll(() => device.stop());

  test('probe shows the streams, marks the substream and says what to write', async () => {
    const args = [
      'cameras',
      'probe',
      '127.0.0.1',
      '--port',
      String(device.port),
      '--user',
      'viewer',
      '--password-env',
      'PASS',
    ];
    const { exit, output } = await runCli(args, { PASS: 's3cret' });
    expect(exit).toBe(0);
    expect(output).toMatch(/^ {2}main +mainStream +H264 +1920×1080 +25 fps {2}rtsp:\/\/127\.0\.0\.1:554\/main$/m);
    expect(output).toMatch(/^\* sub +subStream +H264 +704×576 +25 fps {2}rtsp:\/\/127\.0\.0\.1:554\/sub$/m);
    expect(output).toContain(`onvif: { host: 127.0.0.1, port: ${device.port}, profile: "sub" }`);
    expect(output).toContain('password: { env: PASS }');
    expect(output).not.toContain('s3cret');
    const json = await runCli([...args, '--json'], { PASS: 's3cret', MAPLEBRIDGE_LOG: 'silent' });
    expect(JSON.parse(json.output).map((each: { substream: boolean }) => each.substream)).toEqual([false, true]);
  });

  test('a wrong password is told by its code', async () => {
    const args = [
      'cameras',
      'probe',
      '127.0.0.1',
      '--port',
      String(device.port),
      '--user',
      'viewer',
      '--password-env',
      'PASS',
    ];
    const { exit, output } = await runCli(args, { PASS: 'guess' });
    expect(exit).toBe(1);
    expect(output).toMatch(/MB_CAMERA_UNAUTHORIZED: 127\.0\.0\.1:\d+: ONVIF: user name or password refused/);
    expect(output).not.toContain('guess');
  });

  test('discover lists who answers', async () => {
    const { exit, output } = await runCli(['cameras', 'discover', '--seconds', '0.5', '--interface', 'lo']);
    expect(exit).toBe(0);
    expect(output).toContain(`http://127.0.0.1:${device.port}/onvif/device_service  Gate 3  FAKE-1`);
    expect(output).toContain('1 devices answered');
  });
});
