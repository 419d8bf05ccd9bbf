import type { AdapterTrial, CheckReport } from '../edge/detect/check-model.ts';
import type { DescribedValue } from '../edge/detect/describe-model.ts';
import type { ManifestEntry } from './models-check-entry.ts';

/** The report of `models check` for a reader, line by line. */
export function checkText(path: string, report: CheckReport, entry: ManifestEntry | undefined): string[] {
  const { description } = report;
  const opsets = description.opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ');
  const operators = description.operators.map(({ name, count }) => `${name} ${count}`).join(', ');
  return [
    `${path}: ${(report.bytes / 1e6).toFixed(1)} MB, SHA-256 ${report.sha256}`,
    `ONNX IR ${description.irVersion}, opset ${opsets}`,
    ...description.inputs.map((value) => `input   ${valueText(value)}`),
    ...description.outputs.map((value) => `output  ${valueText(value)}`),
    `operators: ${operators}`,
    '',
    'what the loader could change in the graph:',
    ...description.rewrites.map(
      ({ name, applies, detail }) => `  ${applies ? 'yes' : 'no '} ${name.padEnd(12)} ${detail}`,
    ),
    '',
    ...adapterLines(report),
    ...speedLines(report),
    '',
    ...(entry === undefined
      ? ['no manifest entry: no adapter reads this file']
      : [
          'manifest entry (input: as is usual for its kind; its model card has the last word):',
          JSON.stringify(entry, null, 2),
        ]),
  ];
}

function valueText({ name, type, dims }: DescribedValue): string {
  return `${name}: ${type} [${dims?.join(', ') ?? '?'}]`;
}

function adapterLines({ adapters, chosen, description }: CheckReport): string[] {
  if (description.picture === undefined)
    return ['adapters: none tried: it has no picture input of a fixed size, 32 to 4096 pixels a side'];
  return [
    'adapters:',
    ...adapters.map((each) => `  ${each === chosen ? '→' : ' '} ${each.kind.padEnd(10)} ${adapterText(each)}`),
  ];
}

function adapterText({ unfit, strides, classes, trial }: AdapterTrial): string {
  if (unfit !== undefined) return `does not fit: ${unfit}`;
  const shape = [
    classes > 0 ? `${classes} classes` : 'classes not told',
    ...(strides.length > 0 ? [`strides ${strides.join(', ')}`] : []),
  ];
  if (trial === undefined) return `fits: ${shape.join(', ')}`;
  if ('failed' in trial) return `fits by its shapes, but fails when run: ${trial.failed}`;
  return `fits: ${shape.join(', ')}; run on the picture: ${trial.boxes} boxes of 0.3 or more, best ${trial.bestScore.toFixed(2)}`;
}

function speedLines({ speed, sessionMb }: CheckReport): string[] {
  if (speed === undefined) return [];
  const { latencyMs, gain } = speed;
  const compared =
    gain === undefined
      ? 'as published it cannot be run'
      : gain === 1
        ? 'nothing to rewrite'
        : `rewritten; as published it takes ${gain.toFixed(2)} times the CPU`;
  return [
    `speed here: ${latencyMs.toFixed(1)} ms a picture (${compared})`,
    `memory: about ${sessionMb?.toFixed(0) ?? '?'} MB a session`,
  ];
}
