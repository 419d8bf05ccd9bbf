import { parseArgs } from 'node:util';
import { preview } from './preview.ts';
import type { LightKind, TakeKind } from './truth.ts';

const usage =
  'usage: npm run footage -- preview --scene illegal_parking [--take fires|near] [--at 5,20] [--seed 1] [--light day] [--out .maplebridge/footage]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scene: { type: 'string', default: 'illegal_parking' },
    take: { type: 'string' },
    at: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    light: { type: 'string' },
    out: { type: 'string', default: '.maplebridge/footage' },
  },
});
if (positionals[0] !== 'preview') {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  const order = {
    scene: values.scene,
    seed: Number(values.seed),
    width: 640,
    height: 360,
    ...(values.take !== undefined && { take: values.take as TakeKind }),
    ...(values.light !== undefined && { light: values.light as LightKind }),
  };
  const files = await preview(order, values.at.split(',').map(Number), values.out);
  process.stdout.write(`${files.join('\n')}\n`);
}
