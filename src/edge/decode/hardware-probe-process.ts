import { Log } from 'node-av';
import { AV_LOG_QUIET } from 'node-av/constants';
import { messageOf } from '../../lib/errors.ts';
import { type DeviceName, devicesToTry, type HardwareInUse } from './hardware-name.ts';
import type { HardwareAsk } from './hardware-probe.ts';
import { tryDevice } from './try-device.ts';

/** The child process of `probeHardware`: what to use, as JSON on standard output. */
Log.setLevel(AV_LOG_QUIET);
const { asked, device } = JSON.parse(process.argv[2] ?? '') as HardwareAsk;

function attempt(name: DeviceName): string | undefined {
  try {
    return tryDevice(name, device);
  } catch (error) {
    return `${name}: ${messageOf(error)}`;
  }
}

const refused: string[] = [];
let used: HardwareInUse['used'] = 'software';
for (const name of devicesToTry(asked)) {
  const why = attempt(name);
  if (why === undefined) {
    used = name;
    break;
  }
  refused.push(why);
}
const found = used === 'software' ? [] : [`${used}: decoded the test picture`];
const answer: HardwareInUse = { asked, used, why: [...refused, ...found].join('; ') };
// Ends here and now: a driver that hangs while it is taken down must not spoil a good answer.
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
