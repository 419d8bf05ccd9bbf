import { describe, expect, test } from 'vitest';
import type { CameraKind, PipelineClip } from '../../../scripts/bench/pipeline-clips.ts';
import { Exposition, histogramQuantile } from '../../../scripts/bench/pipeline-exposition.ts';
import { planCameras } from '../../../scripts/bench/pipeline-scenario.ts';

const before = `# HELP looks_total Looks.
# TYPE looks_total counter
looks_total{severity="1",result="decided"} 10
looks_seconds_bucket{le="0.1"} 2
looks_seconds_bucket{le="0.5"} 2
looks_seconds_bucket{le="+Inf"} 2
looks_seconds_sum 0.1
looks_seconds_count 2
`;
const after = `looks_total{severity="1",result="decided"} 15
looks_total{severity="2",result="decided"} 4
looks_total{severity="2",result="failed"} 1
looks_seconds_bucket{le="0.1"} 4
looks_seconds_bucket{le="0.5"} 10
looks_seconds_bucket{le="+Inf"} 12
looks_seconds_sum 7.1
looks_seconds_count 12
`;

describe('exposition', () => {
  const grown = new Exposition(after, before);

  test('takes the earlier reading off, by labels', () => {
    expect(grown.sum('looks_total')).toBe(10);
    expect(grown.sum('looks_total', { severity: '1' })).toBe(5);
    expect(grown.by('looks_total', 'result')).toEqual({ decided: 9, failed: 1 });
    expect(grown.sum('unknown_total')).toBe(0);
  });

  test('quantiles are linear within a bucket and end at the last bound', () => {
    const histogram = grown.histogram('looks_seconds');
    expect(histogram).toMatchObject({ count: 10, sum: 7 });
    expect(histogramQuantile(histogram, 0.1)).toBeCloseTo(0.05);
    expect(histogramQuantile(histogram, 0.5)).toBeCloseTo(0.3);
    expect(histogramQuantile(histogram, 0.99)).toBe(0.5);
    expect(histogramQuantile(grown.histogram('unknown_seconds'), 0.5)).toBeNaN();
  });
});

describe('cameras of the pipeline bench', () => {
  const clip = (kind: CameraKind, name: string): PipelineClip => ({
    ...{ kind, name, file: `${name}.mp4`, lengthMs: 10_000, zone: [] },
  });
  const clips = [clip('idle', 'a'), clip('idle', 'b'), clip('busy', 'c'), clip('scripted', 'd')];

  test('15 % are busy, one in a hundred has the scripted event, the first are the same for any number', () => {
    const cameras = planCameras(300, clips);
    const count = (kind: CameraKind) => cameras.filter((camera) => camera.kind === kind).length;
    expect({ idle: count('idle'), busy: count('busy'), scripted: count('scripted') }).toEqual({
      idle: 255,
      busy: 42,
      scripted: 3,
    });
    expect(cameras.slice(0, 100)).toEqual(planCameras(100, clips));
  });

  test('keyframes of all cameras are spread over two seconds', () => {
    const tenths = new Map<number, number>();
    for (const { offsetMs } of planCameras(200, clips)) {
      const tenth = Math.floor((offsetMs % 2_000) / 200);
      tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
    }
    expect(tenths.size).toBe(10);
    expect(Math.max(...tenths.values())).toBeLessThanOrEqual(24);
  });
});
