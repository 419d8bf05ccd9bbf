import { classGroup } from '../../domain/class-group.ts';
import type { Candidate, OutputReader, OutputTensor, ReaderOptions } from './candidate.ts';

/** As many objects as the published models give out; the rest is their noise floor. */
const maxObjects = 300;

/**
 * RT-DETR and D-FINE: class logits `[1, queries, classes]` and boxes `[1, queries, 4]` (cx, cy, w, h in 0–1 of the
 * input). Each query and class is a guess of its own, scored by a sigmoid; the best are kept, and no suppression is
 * needed, because one object has one query.
 * Source: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", §4; Peng et al., "D-FINE", §4.
 */
export function detrReader(options: ReaderOptions): OutputReader {
  const { width, height, classes, scoreThreshold } = options;
  // Compared as logits: most of the outputs never see an exponential.
  const leastLogit = Math.log(scoreThreshold / (1 - scoreThreshold));
  return (outputs) => {
    const { logits, boxes, queries } = rawOutputs(outputs, classes.length);
    const found: Candidate[] = [];
    for (let query = 0; query < queries; query += 1) {
      for (const [index, name] of classes.entries()) {
        const logit = logits[query * classes.length + index] ?? Number.NaN;
        if (!(logit >= leastLogit) || name === undefined) continue;
        const [x = 0, y = 0, w = 0, h = 0] = boxes.subarray(query * 4, query * 4 + 4);
        found.push({
          x1: (x - w / 2) * width,
          y1: (y - h / 2) * height,
          x2: (x + w / 2) * width,
          y2: (y + h / 2) * height,
          score: 1 / (1 + Math.exp(-logit)),
          class: name,
        });
      }
    }
    return best(found);
  };
}

/**
 * The same models exported with their last step: labels `[1, n]`, boxes `[1, n, 4]` (x1, y1, x2, y2 in the pixels of
 * `orig_target_sizes`, which the loader binds to the input's size), scores `[1, n]`.
 */
export function detrPostReader({ classes, scoreThreshold }: ReaderOptions): OutputReader {
  return (outputs) => {
    const { labels, boxes, scores } = readyOutputs(outputs);
    const found: Candidate[] = [];
    for (const [index, score] of scores.entries()) {
      const name = classes[labels[index] ?? -1];
      if (!(score >= scoreThreshold) || name === undefined) continue;
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(index * 4, index * 4 + 4);
      found.push({ x1, y1, x2, y2, score, class: name });
    }
    return best(found);
  };
}

/** The best; of one query's classes that compete (a van that is half car, half truck) the better is the object. */
function best(found: Candidate[]): Candidate[] {
  const seen = new Set<string>();
  const isNew = ({ x1, y1, x2, y2, class: name }: Candidate) => {
    const query = [x1, y1, x2, y2, classGroup(name)].join();
    return !seen.has(query) && seen.add(query);
  };
  return found
    .sort((a, b) => b.score - a.score)
    .filter(isNew)
    .slice(0, maxObjects);
}

/** Exporters disagree on names and order, so the boxes are told by their four numbers, or by name where classes are four too. */
function rawOutputs(outputs: readonly OutputTensor[], classes: number) {
  const boxes = outputs.find((each) => each.dims.at(-1) === 4 && (classes !== 4 || /box/i.test(each.name)));
  const logits = outputs.find((each) => each !== boxes && each.dims.at(-1) === classes);
  const queries = (boxes?.data.length ?? 0) / 4;
  if (boxes === undefined || logits === undefined || queries === 0 || logits.data.length !== queries * classes) {
    throw new Error(`detr: expected outputs [1,n,${classes}] and [1,n,4], got ${listed(outputs)}`);
  }
  return { logits: logits.data, boxes: boxes.data, queries };
}

function readyOutputs(outputs: readonly OutputTensor[]) {
  const boxes = outputs.find(({ dims }) => dims.length === 3 && dims[2] === 4);
  const scores = outputs.find(({ name, dims }) => dims.length === 2 && /score/i.test(name));
  const labels = outputs.find((each) => each !== scores && each.dims.length === 2);
  const count = scores?.data.length ?? 0;
  if (boxes === undefined || scores === undefined || labels?.data.length !== count || boxes.data.length !== 4 * count) {
    throw new Error(`detr-post: expected outputs labels [1,n], boxes [1,n,4], scores [1,n], got ${listed(outputs)}`);
  }
  return { labels: labels.data, boxes: boxes.data, scores: scores.data };
}

function listed(outputs: readonly OutputTensor[]): string {
  return outputs.map(({ name, dims }) => `${name} [${dims.join(',')}]`).join(', ') || 'none';
}
