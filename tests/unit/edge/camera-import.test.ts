import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { camerasYaml, importCameras, mergeCameras } from '../../../src/edge/camera-import.ts';
import { cameraFileSchema } from '../../../src/edge/config.ts';
import { problemText } from '../../../src/edge/import-problem.ts';
import { parseConfig } from '../../../src/lib/config.ts';
import { decodeText } from '../../../src/lib/decode-text.ts';

const head = 'id,name,division,lat,lon,url,username,password_env';
const row = (over: Record<string, string> = {}) => {
  const cells = {
    id: 'cam-1',
    name: 'Gate',
    division: '330503001',
    lat: '30.5',
    lon: '120.5',
    url: 'rtsp://10.0.0.1/a',
    username: 'viewer',
    password_env: 'PASS',
    ...over,
  };
  return Object.values(cells).join(',');
};
const csv = (...rows: string[]) => importCameras([head, ...rows].join('\n'), 'csv', 'c.csv');
const told = ({ problems }: ReturnType<typeof importCameras>) =>
  problems.map((problem) => problemText('c.csv', problem));

describe('a table', () => {
  test('becomes cameras that the edge takes', () => {
    const text = readFileSync(new URL('../../../edge-config/import/cameras.csv', import.meta.url), 'utf8');
    const result = importCameras(text, 'csv', 'cameras.csv');
    expect(result.problems).toEqual([]);
    const { cameras } = parseConfig(camerasYaml(result.cameras), cameraFileSchema, 'cameras.yaml');
    expect(cameras.map(({ name }) => name)).toEqual(['人民路与解放街路口 3 号', '北港工地, 东门', '国标网关转发']);
    expect(cameras[0]).toMatchObject({
      id: '33050300101320000017',
      stream: { url: 'rtsp://10.20.0.17:554/Streaming/Channels/102', password: { env: 'CAMERA_PASSWORD' } },
      mainStream: { url: 'rtsp://10.20.0.17:554/Streaming/Channels/101', username: 'viewer' },
      scenes: { illegal_parking: { zones: ['whole'] } },
    });
    expect(cameras[1]?.stream).toMatchObject({ onvif: { host: '10.20.0.18', port: 80, profile: 'subStream' } });
  });

  test.each([
    [{ lat: '120.5', lon: '30.5' }, 'c.csv:2: lat "120.5": expected a number from -90 to 90; lat and lon look swapped'],
    [{ lat: '"30,5"' }, 'c.csv:2: lat "30,5": expected a number from -90 to 90; write "30.5"'],
    [{ lon: "120°30'36" + '″' }, 'c.csv:2: lon "120°30\'36″": expected a number from -180 to 180; write "120.510000"'],
    [{ id: '3.3050300E+19' }, /c\.csv:2: id .*: expected an id; .*exponential form; Excel made a number of it/],
    [{ id: 'east gate' }, /id "east gate": expected letters.*; for instance "east-gate"/],
    [{ id: '' }, 'c.csv:2: id: required, but empty'],
    [{ division: '湖州' }, 'c.csv:2: division "湖州": expected a GB/T 2260 code of 6, 9 or 12 digits'],
    [
      { url: '10.0.0.1/a' },
      'c.csv:2: url "10.0.0.1/a": expected rtsp://host[:port]/path; did you mean "rtsp://10.0.0.1/a"?',
    ],
    [{ url: 'http://10.0.0.1/a' }, /did you mean "rtsp:\/\/10\.0\.0\.1\/a"/],
    [{ url: '' }, 'c.csv:2: url: expected one of url and onvif_host'],
    [{ username: '' }, 'c.csv:2: username: expected a user name, since there is a password'],
  ])('%j is told with line, column, value, what is expected and what to do', (over, expected) => {
    const [only, ...others] = told(csv(row(over)));
    expect(others).toEqual([]);
    if (typeof expected === 'string') expect(only).toBe(expected);
    else expect(only).toMatch(expected);
  });

  test.each([
    [{ url: 'rtsp://admin:s3cret@10.0.0.1/a' }, /without user name and password; write "rtsp:\/\/10\.0\.0\.1\/a"/],
    [{ password_env: 's3cret!' }, /password_env "•••": expected the name of an environment variable/],
  ])('a password in %j is refused and not repeated', (over, expected) => {
    const text = told(csv(row(over))).join('\n');
    expect(text).toMatch(expected);
    expect(text).not.toContain('s3cret');
  });

  test.each(['password', 'Passwd', '密码', 'PWD'])(
    'a column %s is refused with the reason, whatever is in it',
    (name) => {
      const result = importCameras(`${head},${name}\n${row()},s3cret`, 'csv', 'c.csv');
      expect(result.fatal).toBe(true);
      expect(told(result).join()).toMatch(
        /passwords do not belong into this file.*password_env or a file in password_file/,
      );
      expect(told(result).join()).not.toContain('s3cret');
    },
  );

  test('every bad row is told, in the order of the file, and the good ones are read', () => {
    const result = csv(
      row(),
      row({ id: 'cam-2', lat: 'x', lon: 'y' }),
      row({ id: 'cam-3' }),
      row({ id: 'cam-4', url: 'x y' }),
    );
    expect(result.problems.map(({ line, column }) => [line, column])).toEqual([
      [3, 'lat'],
      [3, 'lon'],
      [5, 'url'],
    ]);
    expect(result.cameras.map((camera) => camera['id'])).toEqual(['cam-1', 'cam-3']);
    expect([result.rows, result.fatal]).toEqual([4, false]);
  });

  test('a camera that is there twice; one that Excel rounded', () => {
    expect(told(csv(row(), row({ id: 'cam-2' }), row()))).toEqual([
      'c.csv:4: id "cam-1": this camera is there already, on line 2',
    ]);
    const rounded = row({ id: '33050300101320000000' });
    expect(told(csv(rounded, rounded))[0]).toMatch(/on line 2; Excel may have rounded it/);
  });

  test('lines are those an editor shows, quoted line ends, empty lines and CRLF notwithstanding', () => {
    const text = `${head}\r\n${row({ name: '"two\r\nlines"' })}\r\n\r\n${row({ id: 'b', lat: 'x' })}\r\n`;
    const result = importCameras(decodeText(Buffer.from(`\ufeff${text}`)).text, 'csv', 'c.csv');
    expect(result.problems.map(({ line }) => line)).toEqual([5]);
    expect(result.cameras[0]).toMatchObject({ name: 'two\nlines' });
  });

  test.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ])('%j separates as well: %s', (separator) => {
    const text = [head, row()].map((line) => line.replaceAll(',', separator)).join('\n');
    expect(importCameras(text, 'csv', 'c.csv').cameras).toHaveLength(1);
  });

  test('Chinese headings of Excel in GBK', () => {
    // 编号,名称,行政区划,纬度,经度,地址 / a,东门,330503,30,120,rtsp://h/a
    const gbk =
      'b1e0bac52cc3fbb3c62cd0d0d5fec7f8bbae2cceb3b6c82cbeadb6c82cb5d8d6b70a612cb6abc3c52c3333303530332c33302c3132302c727473703a2f2f682f610a';
    const { text, encoding } = decodeText(Buffer.from(gbk, 'hex'));
    expect(encoding).toBe('GB18030');
    const { problems, cameras } = importCameras(text, 'csv', 'c.csv');
    expect(problems).toEqual([]);
    expect(cameras[0]).toMatchObject({ id: 'a', name: '东门', lat: 30, stream: { url: 'rtsp://h/a' } });
  });

  test.each([
    ['id,nam,division,lat,lon,url', /c\.csv:1: column "nam": unknown column; did you mean "name"\?/],
    ['id,name,division,lat,url', /c\.csv:1: no column "lon"/],
    ['id,name,division,lat,lon', /neither a column "url" nor "onvif_host"/],
    ['id,id,name,division,lat,lon,url', /column "id" is there twice/],
    ['', /expected a line with column names/],
    ['id,name,division,lat,lon,url\na,"b,1,1,1,u', /a quoted cell is opened and never closed/],
  ])('a table that is none: %s', (text, expected) => {
    const result = importCameras(text, 'csv', 'c.csv');
    expect(result.fatal).toBe(true);
    expect(told(result).join('\n')).toMatch(expected);
  });

  test('a comma that is not quoted', () => {
    expect(told(csv(row({ name: 'Gate, east' }))).join('\n')).toMatch(
      /expected 8 cells, found 9; put cells with a comma/,
    );
  });

  test('1,200 rows, sound or not: every one is written, or every fault is told', () => {
    const rows = Array.from({ length: 1200 }, (_, index) => row({ id: `cam-${index}` }));
    expect(camerasYaml(csv(...rows).cameras).length).toBeGreaterThan(200_000);
    expect(csv(...rows.map((line) => line.replace('30.5', 'x'))).problems).toHaveLength(1200);
  });
});

describe('a YAML list', () => {
  const good = '- { id: a, name: n, division: "330503", lat: 30, lon: 120, stream: { url: rtsp://h/a }, scenes: {} }\n';
  const read = (text: string) => importCameras(text, 'yaml', 'c.yaml');

  test('by itself or under cameras', () => {
    expect(read(good).cameras).toHaveLength(1);
    expect(read(`cameras:\n${good}`).cameras).toHaveLength(1);
  });

  test('every fault has its own line', () => {
    const bad = good.replace('id: a', 'id: b').replace('lat: 30', 'lat: 300').replace('scenes', 'scens');
    const { problems, cameras } = read(`# list\n${good}${bad}${good}`);
    expect(cameras).toHaveLength(1);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [3, 'lat'],
      [3, 'scenes'],
      [3, 'scens'],
      [4, 'id'],
    ]);
    expect(problems.find(({ column }) => column === 'scens')?.suggestion).toMatch(/did you mean "scenes"/);
  });

  test('a plain password is refused and not repeated', () => {
    const { problems } = read(good.replace('url: rtsp://h/a', 'url: rtsp://h/a, username: u, password: s3cret'));
    expect(problems.map((problem) => problemText('c.yaml', problem))).toEqual([
      'c.yaml:1: stream.password "•••": passwords do not belong into this file; write { env: NAME } or { file: path } instead',
    ]);
  });

  test.each(['cameras: 5', 'just text', '- [', '- 5'])('%j is no list of cameras', (text) => {
    expect(read(text).cameras).toEqual([]);
    expect(read(text).problems.length).toBeGreaterThan(0);
  });
});

test('a later import keeps what was drawn, and what it does not name', () => {
  const zones = [{ id: 'kerb' }];
  const before = [
    { id: 'a', name: 'old', zones, scenes: { illegal_parking: {} }, keep: { maxBytes: 1 } },
    { id: 'b', name: 'b' },
  ];
  expect(
    mergeCameras(before, [
      { id: 'a', name: 'new', scenes: {} },
      { id: 'c', name: 'c' },
    ]),
  ).toEqual([
    { id: 'a', name: 'new', zones, scenes: { illegal_parking: {} }, keep: { maxBytes: 1 } },
    { id: 'b', name: 'b' },
    { id: 'c', name: 'c' },
  ]);
});
