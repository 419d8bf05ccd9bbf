import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cameraFileSchema } from '../../../src/edge/config.ts';
import { loadEdgeConfig } from '../../../src/edge/load-config.ts';
import { parseConfig } from '../../../src/lib/config.ts';
import { tempDir } from '../../support/temp-dir.ts';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  dir = await tempDir('edge-config');
  mkdirSync(join(dir.path, 'sites'));
});
afterAll(() => dir.remove());

const camera = (id: string, stream: string) =>
  `  - { id: "${id}", name: n, division: "330503001", lat: 30, lon: 120, stream: ${stream}, scenes: {} }\n`;
const parse = (stream: string) =>
  parseConfig(`cameras:\n${camera('a', stream)}`, cameraFileSchema, 'c.yaml').cameras[0];

describe('a camera’s source', () => {
  test.each([
    ['{ url: rtsp://h/a }', { url: 'rtsp://h/a', stalledAfterMs: 10_000 }],
    [
      '{ onvif: { host: 10.0.0.1 }, username: u }',
      { onvif: { host: '10.0.0.1', port: 80, keepHost: false }, username: 'u' },
    ],
    ['{ file: a.mp4 }', { file: 'a.mp4', loop: true }],
    ['{ directory: clips, loop: false }', { directory: 'clips', loop: false }],
  ])('%s', (text, expected) => expect(parse(text)?.stream).toMatchObject(expected));

  test.each([
    ['{ url: http://h/a }', /stream\.url: expected rtsp/],
    ['{ url: rtsp://h/a, usrname: u }', /stream\.usrname: unknown key; did you mean "username"/],
    ['{ onvif: { host: h, prot: 80 } }', /stream\.onvif\.prot: unknown key; did you mean "port"/],
    ['{ file: a.mp4, lop: true }', /stream\.lop: unknown key; did you mean "loop"/],
    ['{ url: rtsp://h/a, stalledAfterMs: 10s }', /stream\.stalledAfterMs: wrong unit.*write 10000/],
    ['{}', /stream\.\w+: required, but missing/],
  ])('%s is refused in words about what was meant', (text, expected) => expect(() => parse(text)).toThrow(expected));

  test('a camera may have a main stream and its own ring', () => {
    const text = `cameras:\n${camera('a', '{ url: rtsp://h/sub }, mainStream: { url: rtsp://h/main }, keep: { maxBytes: 2000000 }')}`;
    expect(parseConfig(text, cameraFileSchema, 'c.yaml').cameras[0]).toMatchObject({
      mainStream: { url: 'rtsp://h/main' },
      keep: { maxBytes: 2_000_000, maxMs: 12_000 },
    });
  });
});

describe('camera files', () => {
  const head =
    'site: s\nnode: n\nkeyFile: k\npublish: { broker: { url: mqtt://h, username: u, password: { env: P } } }\n';
  const write = (name: string, text: string) => {
    writeFileSync(join(dir.path, name), text);
    return join(dir.path, name);
  };

  test('are one with the configuration that names them, relative to it', () => {
    write('sites/east.yaml', `cameras:\n${camera('b', '{ url: rtsp://h/b }')}${camera('c', '{ url: rtsp://h/c }')}`);
    const path = write(
      'edge.yaml',
      `${head}cameras:\n${camera('a', '{ url: rtsp://h/a }')}cameraFiles: [sites/east.yaml]\n`,
    );
    expect(loadEdgeConfig(path).cameras.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('a camera in two of them is told with both', () => {
    write('sites/west.yaml', `cameras:\n${camera('b', '{ url: rtsp://h/b }')}`);
    const path = write('twice.yaml', `${head}cameraFiles: [sites/east.yaml, sites/west.yaml]\n`);
    expect(() => loadEdgeConfig(path)).toThrow(/west\.yaml: camera "b" is there already, in .*east\.yaml/);
  });

  test('what is wrong in one of them is told with its own name and line', () => {
    write('sites/bad.yaml', `cameras:\n${camera('b', '{ url: rtsp://h/b }')}${camera('c', '{ url: nonsense }')}`);
    const path = write('bad.yaml', `${head}cameraFiles: [sites/bad.yaml]\n`);
    expect(() => loadEdgeConfig(path)).toThrow(/sites\/bad\.yaml:3: cameras\[1\]\.stream\.url: expected rtsp/);
  });

  test.each([
    ['no camera at all', '', /neither cameras nor cameraFiles/],
    ['a file that is not there', 'cameraFiles: [nowhere.yaml]\n', /nowhere\.yaml: ENOENT/],
    ['files without cameras', 'cameraFiles: [sites/empty.yaml]\n', /hold no camera/],
  ])('%s is refused', (_what, tail, expected) => {
    write('sites/empty.yaml', 'cameras: []\n');
    expect(() => loadEdgeConfig(write('none.yaml', head + tail))).toThrow(expected);
  });
});
