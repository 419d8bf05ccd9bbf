import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzz } from '../../../scripts/fuzz/fuzz.ts';
import { readIngestCorpus } from '../../../scripts/fuzz/ingest-corpus.ts';
import { ingestTargets } from '../../../scripts/fuzz/ingest-targets.ts';
import { h265Syntax } from '../../../src/edge/ingest/h265-syntax.ts';
import { JpegDepacketizer } from '../../../src/edge/ingest/jpeg-depacketizer.ts';
import { NalDepacketizer } from '../../../src/edge/ingest/nal-depacketizer.ts';
import { RbspReader } from '../../../src/edge/ingest/rbsp-reader.ts';
import { recoveryCount } from '../../../src/edge/ingest/sei.ts';
import { feed, recordingSink } from '../../support/depacketizer-steps.ts';

describe('what a camera sends, changed at random', () => {
  // The long form: npm run fuzz -- ingest --runs 1000000
  test('20,000 mutated inputs: no throw, no hang, no growth, and they get deep', { timeout: 60_000 }, () => {
    const report = fuzz({ targets: ingestTargets(readIngestCorpus()), runs: 20_000, seed: 7 });
    expect(report.findings).toEqual([]);
    expect(report.heapMb.end - report.heapMb.early).toBeLessThan(24);
    for (const { name, inputs, depth } of report.targets) expect(depth, name).toBeGreaterThan(inputs / 20);
  });

  test('the same seed makes the same inputs', () => {
    const depths = () =>
      fuzz({ targets: ingestTargets(readIngestCorpus()), runs: 2_000, seed: 3 }).targets.map(({ depth }) => depth);
    expect(depths()).toEqual(depths());
  });

  const step = fc.record({
    payload: fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
    timestamp: fc.nat(3),
    marker: fc.boolean(),
    gap: fc.boolean(),
  });

  test.each([
    ['H.265', () => new NalDepacketizer({ syntax: h265Syntax, ...recordingSink() })],
    ['JPEG', () => new JpegDepacketizer(recordingSink())],
  ])('%s payloads of any bytes', (_what, make) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => feed(make(), steps)),
      { numRuns: 500, seed: 1 },
    );
  });

  test('bits and SEI of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(80), (bytes, skip) => {
        const reader = new RbspReader(Buffer.from(bytes), 0, bytes.length);
        reader.skip(skip);
        const value = reader.ue();
        expect(value ?? 0).toBeLessThan(2 ** 17);
        const count = recoveryCount(Buffer.from(bytes), 0, bytes.length);
        expect(count ?? 0).toBeLessThan(2 ** 17);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
