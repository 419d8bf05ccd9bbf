import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { sceneIds } from '../../src/domain/scene-id.ts';
import { AppError } from '../../src/lib/errors.ts';
import { type FootageCommand, options } from './command.ts';
import { demoPlace } from './demo-places.ts';
import { demoScoreThreshold, demoSettings } from './demo-settings.ts';
import { clipFile, clipFolder } from './shots.ts';
import type { TakeKind, TakeTruth, TruthZone } from './truth.ts';
import { readTakeTruth } from './truth-file.ts';
import { widenedZone } from './widened-zone.ts';

const takes: readonly TakeKind[] = ['fires', 'near'];

const head = `# The demo's edge node: for each scene a camera on which it happens (<scene>.fires) and one on which it only seems to
# (<scene>.near). Made by \`npm run footage -- config\` from the truth of the clips: change that, not this.
# \`npm run demo\` puts free ports and its own folder in. Without \`detect.models\`, what ships and what was pulled runs.
site: demo
node: edge-1
keyFile: .maplebridge/demo/keys/node.pem

publish:
  broker:
    url: mqtt://127.0.0.1:1883
    username: edge-1
    password: { file: .maplebridge/demo/secret }
  outbox:
    path: .maplebridge/demo/edge/outbox.db
    evidenceDir: .maplebridge/demo/edge/evidence

detect:
  scoreThreshold: ${demoScoreThreshold}

# Nobody in these films is real. On real cameras leave this out: docs/security.md, Evidence.
redact:
  mode: heads
  scoreThreshold: 0.6

cameras:
`;

/** Writes the demo's edge configuration from the truth beside the clips. */
export const configCommand: FootageCommand = {
  summary: "writes the demo's edge configuration: every clip's camera, its zones from the truth",
  usage: `config [--footage ${clipFolder}] [--out edge-config/demo/edge.yaml]`,
  async run(args, print) {
    const values = options(args, {
      footage: { type: 'string', default: clipFolder },
      out: { type: 'string', default: 'edge-config/demo/edge.yaml' },
    });
    writeFileSync(values.out, demoEdgeConfig(readTruths(values.footage)));
    print(values.out);
  },
};

/** The truth of every take, in the order of the scenes. @throws AppError MB_MISSING_PART for one that is not there. */
export function readTruths(folder: string): TakeTruth[] {
  return sceneIds.flatMap((scene) =>
    takes.map((take) => readTakeTruth(clipFile(folder, scene, take).replace(/mp4$/, 'json'))),
  );
}

/** The text of edge.yaml. @throws AppError MB_CONFIG_INVALID where settings ask for a zone that the truth lacks. */
export function demoEdgeConfig(truths: readonly TakeTruth[]): string {
  return head + truths.map(cameraText).join('\n');
}

function cameraText(truth: TakeTruth): string {
  const { scene, take } = truth;
  const { id, name, lat, lon } = demoPlace(scene, take);
  return `  # ${truth.about}
  - id: "${id}"
    name: ${flow(name)}
    division: "330503001"
    lat: ${lat}
    lon: ${lon}
    stream:
      url: rtsp://127.0.0.1:8554/${basename(clipFile('', scene, take), '.mp4')}
      username: demo
      password: { file: .maplebridge/demo/secret }
    zones:
${demoZones(truth)
  .map((zone) => `      - ${flow(zone)}\n`)
  .join('')}    scenes:
      ${scene}: ${flow(sceneConfig(truth))}
`;
}

/** A take's zones as the demo's camera has them. */
export function demoZones({ scene, zones, width, height }: Pick<TakeTruth, 'scene' | 'zones' | 'width' | 'height'>) {
  const { zonesOf = [], widen = 0 } = demoSettings[scene] ?? {};
  return zones.map(({ id, kind, points, tags }: TruthZone) => {
    const wide = widen > 0 && kind === 'polygon' && zonesOf.includes(id);
    return {
      id,
      ...(kind === 'line' && ({ kind } as const)),
      tags,
      points: wide ? widenedZone(points, widen, width / height) : points,
    };
  });
}

/** A take's scene as the demo's camera watches for it. @throws AppError MB_CONFIG_INVALID for a zone the truth lacks. */
export function sceneConfig({ scene, take, zones }: TakeTruth) {
  const demo = demoSettings[scene];
  if (demo === undefined) throw new AppError('MB_CONFIG_INVALID', `the demo has no settings for scene "${scene}"`);
  const known = zones.map(({ id }) => id);
  const { exclude, ...settings } = demo.settings;
  const excluded = Array.isArray(exclude) ? exclude.filter((id) => known.includes(id)) : [];
  const missing = demo.zonesOf.filter((id) => !known.includes(id));
  if (missing.length > 0) {
    throw new AppError(
      'MB_CONFIG_INVALID',
      `${scene}.${take}: no zone ${missing.join(', ')} in its truth, which has ${known.join(', ') || 'none'}; see demo-settings.ts`,
    );
  }
  return { zones: demo.zonesOf, ...(excluded.length > 0 && { exclude: excluded }), ...settings };
}

/** On one line. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}
