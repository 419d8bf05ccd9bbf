import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraId } from '../../src/domain/ids.ts';
import { ObservationReader } from '../../src/edge/observe/observation-reader.ts';
import { type WhatIfAnswer, whatIf } from '../../src/edge/what-if.ts';
import { whatIfOfAll } from '../../src/edge/what-if-crew.ts';
import { type Bench, cpuSeconds, numberOption, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { copyCameras, recordCamera } from './whatif-log.ts';

const dayMs = 86_400_000;
/** Camera-days that differ; the others are copies of them. */
const distinct = 8;
const question = { scene: 'illegal_parking', change: { dwellMs: 60_000 }, from: 0, to: Number.MAX_SAFE_INTEGER };

/** How long an answer takes: one camera for a week, and a whole node for a day. */
export const whatIfBench: Bench = async (say, options) => {
  const cameras = numberOption(options, 'cameras', 1200);
  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-bench-whatif-'));
  try {
    const week = join(folder, 'week.db');
    say('recording one camera for a week');
    recordCamera(week, 'c0', 1, 7 * dayMs);
    const bytesPerDay = statSync(week).size / 7;
    const began = performance.now();
    const answer = asked(week, 'c0' as CameraId);
    const weekS = (performance.now() - began) / 1000;
    say(`a camera-week: ${answer.looks} looks in ${round(weekS)} s`);

    const day = join(folder, 'day.db');
    say(`recording ${cameras} cameras for a day`);
    for (let n = 0; n < Math.min(distinct, cameras); n += 1) recordCamera(day, `c${n}`, n + 1, dayMs);
    copyCameras(day, Math.min(distinct, cameras), cameras);
    const ids = Array.from({ length: cameras }, (_, n) => `c${n}` as CameraId);
    const started = performance.now();
    const used = process.cpuUsage();
    const questions = ids.map((camera) => ({ camera, ...question }));
    const answers = await whatIfOfAll({ path: day, questions }, availableParallelism());
    const allS = (performance.now() - started) / 1000;
    const allCpuS = cpuSeconds(used);
    const looks = sum(answers, (each) => each.looks);
    const differences = sum([answer, ...answers], (each) => each.missing.length + each.surplus.length);
    const alerts = sum(answers, (each) => each.kept.length + each.removed.length);
    return {
      parameters: { cameras, distinct, threads: availableParallelism(), ...question },
      metrics: {
        cameraWeekSeconds: round(weekS),
        allCameraDaysSeconds: round(allS),
        allCameraDaysCpuSeconds: round(allCpuS),
        looks,
        alerts,
        added: sum(answers, (each) => each.added.length),
        notReproduced: differences,
        bytesPerCameraDay: Math.round(bytesPerDay),
      },
      distributions: {},
      page: `\`what-if --scene ${question.scene} --set dwellMs=60000\`: every look is judged twice, as configured and with the change.

${table([
  ['observations', 'looks', 'alerts', 'answer in', 'goal'],
  ['one camera, a week', answer.looks, answer.kept.length + answer.removed.length, `${round(weekS)} s`, '2 s'],
  [`${cameras} cameras, a day`, looks, alerts, `${round(allS)} s`, '60 s'],
])}

Events that the unchanged configuration did not give again, or gave too much: ${differences}. A camera-day takes ${Math.round(bytesPerDay / 1000)} kB on disk.

Method: seeded streets, looked at every 10 s and for 15 % of the time every 2 s with 3 to 8 tracks; ${distinct} camera-days that
differ, the others copies; ${availableParallelism()} threads for all cameras (${round(allCpuS)} s of CPU), one for one.`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

function asked(path: string, camera: CameraId): WhatIfAnswer {
  const reader = new ObservationReader(path);
  const answer = whatIf(reader, { camera, ...question });
  reader.close();
  if (answer === undefined) throw new Error('nothing was recorded');
  return answer;
}

function sum(answers: readonly WhatIfAnswer[], of: (answer: WhatIfAnswer) => number): number {
  return answers.reduce((all, each) => all + of(each), 0);
}
