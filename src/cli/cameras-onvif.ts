import {
  chooseSubstream,
  discoverOnvif,
  type OnvifStreamProfile,
  readOnvifProfiles,
} from '../edge/ingest/onvif-device.ts';
import { readSecret } from '../lib/config.ts';
import type { ErrorCode } from '../lib/error-codes.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** How long a device may take over all its answers. */
const probeTimeoutMs = 15_000;

/** `cameras discover`: who on this network speaks ONVIF. */
export async function discoverCameras({ args, print }: CommandContext, usage: string): Promise<number> {
  const { values } = parseCommandArguments({ usage }, args, {
    seconds: { type: 'string', default: '5' },
    interface: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const timeoutMs = numberIn(values.seconds, '--seconds', 0.1, 60, usage) * 1000;
  const found = await discoverOnvif({ timeoutMs, device: values.interface });
  if (values.json) print(JSON.stringify(found, null, 2));
  else {
    for (const { addresses, name, hardware } of found) print([addresses[0], name, hardware].filter(Boolean).join('  '));
    print(`${found.length} devices answered; \`maplebridge cameras probe <host>\` shows the streams of one`);
  }
  return 0;
}

/** `cameras probe`: the streams of one camera, the substream marked, ready to be copied into edge.yaml. */
export async function probeCamera({ args, print }: CommandContext, usage: string): Promise<number> {
  const { values, positionals } = parseCommandArguments({ usage }, args, {
    port: { type: 'string', default: '80' },
    path: { type: 'string', default: '/onvif/device_service' },
    user: { type: 'string' },
    'password-env': { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const host = required(positionals[0], 'the host', { usage });
  const port = numberIn(values.port, '--port', 1, 65_535, usage);
  const variable = values['password-env'];
  const password = variable === undefined ? '' : readSecret({ env: variable }, '--password-env');
  const credentials = values.user === undefined ? undefined : { username: values.user, password };
  const address = { host, port, path: values.path };
  const outcome = await readOnvifProfiles({ address, credentials, timeoutMs: probeTimeoutMs });
  if (!outcome.ok) throw new AppError(codeOf(outcome.reason), `${host}:${port}: ${outcome.detail}`);
  const chosen = chooseSubstream(outcome.value);
  if (values.json) {
    print(
      JSON.stringify(
        outcome.value.map((each) => ({ ...each, substream: each === chosen })),
        null,
        2,
      ),
    );
    return 0;
  }
  for (const profile of outcome.value) print(profileLine(profile, profile === chosen));
  if (chosen !== undefined) print(snippet(chosen, { host, port, user: values.user, variable }));
  return 0;
}

function profileLine({ token, name, codec, width, height, fps, url }: OnvifStreamProfile, chosen: boolean): string {
  const mark = chosen ? '*' : ' ';
  return `${mark} ${token.padEnd(16)} ${name.padEnd(16)} ${codec.padEnd(5)} ${`${width}×${height}`.padEnd(10)} ${fps} fps  ${url}`;
}

function snippet(
  chosen: OnvifStreamProfile,
  by: { host: string; port: number; user: string | undefined; variable: string | undefined },
): string {
  const lines = [
    '',
    '* the substream; in edge.yaml:',
    '    stream:',
    `      onvif: { host: ${by.host}, port: ${by.port}, profile: ${JSON.stringify(chosen.token)} }`,
    ...(by.user === undefined ? [] : [`      username: ${JSON.stringify(by.user)}`]),
    ...(by.variable === undefined ? [] : [`      password: { env: ${by.variable} }`]),
  ];
  return lines.join('\n');
}

function numberIn(text: string, name: string, min: number, max: number, usage: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new AppError('MB_USAGE', `${name}: expected a number from ${min} to ${max}\nusage: maplebridge ${usage}`);
}

function codeOf(reason: string): ErrorCode {
  if (reason === 'unauthorized') return 'MB_CAMERA_UNAUTHORIZED';
  if (reason === 'unreachable') return 'MB_CAMERA_UNREACHABLE';
  return reason === 'refused' ? 'MB_CAMERA_REFUSED' : 'MB_CAMERA_PROTOCOL';
}
