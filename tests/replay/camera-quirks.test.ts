import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { CameraUnderTest } from '../support/camera-under-test.ts';
import { readConversation } from '../support/conversation.ts';
import { type ConversationServer, playConversation } from '../support/conversation-server.ts';
import { countPictures, pictureSize } from '../support/count-pictures.ts';
import { until } from '../support/until.ts';

const folder = fileURLToPath(new URL('./ingest/', import.meta.url));
const conversations = readdirSync(folder).map((file) => [file, readConversation(join(folder, file))] as const);

let server: ConversationServer | undefined;
let cam: CameraUnderTest | undefined;

afterEach(async () => {
  await cam?.camera.stop();
  await server?.stop();
});

describe('a camera with a quirk', () => {
  test.each(conversations)('%s', async (_file, conversation) => {
    server = await playConversation(conversation);
    const { user, stream, expect: expected } = conversation;
    const url = server.url.replace('//', user === undefined ? '//' : `//${user.username}:${user.password}@`);
    cam = await new CameraUnderTest(url, { stream: { retryMinMs: 60_000, retryMaxMs: 60_000, ...stream } }).start();

    if (expected.blind === undefined) await cam.received(expected.units);
    else
      expect(await cam.blind(expected.blind.reason as 'stalled')).toMatchObject({
        detail: expect.stringContaining(expected.blind.detail),
      });
    await until(() => server?.done, { what: 'the conversation to be played to its end' });

    expect(server.complaints).toEqual([]);
    expect(cam.units).toHaveLength(expected.units);
    expect(cam.units.filter((unit) => unit.keyframe)).toHaveLength(expected.keyframes);
    expect(cam.camera.counters).toMatchObject(expected.counters);
    if (expected.units === 0) return;
    const codec = expected.codec ?? 'h264';
    const data = Buffer.concat(cam.units.map((unit) => unit.data));
    expect(cam.units.every((unit) => unit.codec === codec)).toBe(true);
    expect(await countPictures(data, codec)).toEqual({ pictures: expected.units, complaints: '' });
    if (expected.size !== undefined) expect(await pictureSize(data, codec)).toEqual(expected.size);
  });
});
