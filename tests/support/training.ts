import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { PictureTruth, TruthBox } from '../../scripts/footage/truth.ts';

const python = '/usr/bin/python3';
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Why training cannot be tested here, or undefined where it can. */
export const noTrainingReason = missingPackages();

function missingPackages(): string | undefined {
  try {
    execFileSync(python, ['-c', 'import torch, onnx, cv2, numpy'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return `needs ${python} with torch, onnx, cv2 and numpy (sh scripts/bootstrap.sh train)`;
  }
}

/** Runs a Python file of the repository to its end; gives what it printed. Rejects with its errors. */
export async function runPython(script: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(python, [join(root, script), ...args], { env, cwd: root });
  return stdout;
}

const width = 640;
const height = 360;

/** Pictures a child could tell: a red car, a green person, a grey background; as `npm run footage -- dataset` writes them. */
export async function writeTestPictures(folder: string, count: number, firstSeed: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const left = 40 + ((index * 97) % 380);
    const top = 30 + ((index * 53) % 200);
    const boxes: TruthBox[] = [
      { id: 1, class: 'car', box: [left, top, left + 160, top + 80], visible: 1 },
      { id: 2, class: 'person', box: [(left + 220) % 560, top, ((left + 220) % 560) + 40, top + 110], visible: 1 },
    ];
    const file = `${String(index).padStart(5, '0')}.jpg`;
    await drawBoxes(join(folder, file), boxes);
    const seed = firstSeed + index;
    const truth: PictureTruth = { file, scene: 'illegal_parking', seed, light: 'day', width, height, boxes };
    lines.push(JSON.stringify(truth));
  }
  await writeFile(join(folder, 'truth.jsonl'), `${lines.join('\n')}\n`);
}

async function drawBoxes(path: string, boxes: readonly TruthBox[]): Promise<void> {
  const overlays = boxes.map(({ class: name, box: [x1, y1, x2, y2] }) => ({
    input: {
      create: {
        width: x2 - x1,
        height: y2 - y1,
        channels: 3 as const,
        background: name === 'car' ? '#c02020' : '#20a040',
      },
    },
    left: x1,
    top: y1,
  }));
  const ground = { width, height, channels: 3 as const, background: '#808080' };
  await sharp({ create: ground }).composite(overlays).jpeg().toFile(path);
}
