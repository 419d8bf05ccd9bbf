import { quantile, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { PipelineClip } from './pipeline-clips.ts';
import { heldShare, isHeld, type PipelineFindings } from './pipeline-report.ts';
import type { Scale } from './pipeline-scale.ts';

/** The bench's section of the page. */
export function pipelinePage(found: PipelineFindings, metrics: Readonly<Record<string, number>>): string {
  const { scales, footage, clips, settings } = found;
  const names = (kind: PipelineClip['kind']) =>
    clips
      .filter((clip) => clip.kind === kind)
      .map(({ name }) => name)
      .join('; ');
  const changed = Object.keys(settings).length > 0 ? `, but for \`${JSON.stringify(settings)}\`` : '';
  return `
A camera farm and \`maplebridge edge\` (standard settings${changed}), each in a process of its own, on this machine;
RTSP/TCP on loopback, H.264 640×360, 15 pictures a second, a keyframe every 2 s, about 512 kbit/s. 15 % of the cameras are
busy (${names('busy')}), one in a hundred cameras among them shows the scripted event (${names('scripted')}); the rest
are idle (${names('idle')}).${footage ? '' : ' **No shared footage: a test pattern, no scripted event.**'} Every camera is
watched for \`zone_intrusion\` (a look every 10 s while idle, every 2 s while busy) and \`illegal_parking\` (every 10 s).

${table(rowsOf(scales))}

${peerText(found, metrics)}

Where the CPU time went, in cores, by thread (threads below 0.005 cores are left out):

${table(threadRows(scales))}

What the stages took, in seconds of the stage's own clock a second (waiting included where the stage waits):

${table(stageRows(scales))}

Held: at least ${round(heldShare * 100)} % of the looks on time, no camera shed, no interval stretched. CPU a camera deviates from its mean over the
${scales.filter(isHeld).length > 1 ? 'scales held' : 'scales'} by ${round((metrics['cpuFlatness'] ?? Number.NaN) * 100)} % at most. Alert latency counts from the keyframe at which a rule that sees every
keyframe has its dwell, to the alert in the outbox on disk (broker out of reach); "every picture" from the picture at which
a rule that sees every picture has it, which at one keyframe every 2 s is up to 2 s earlier; "deciding" from the capture of
the picture that decided. The clip's own truth was found by running the detector on every picture of it. Looks' latencies
are from the last packet of the keyframe to the scenes' decision, interpolated in the histogram's buckets.

Method: per scale a new node, until every camera streams, then 25 s to settle (up to 60 s more while
it does not take all looks on), then a window of ${Math.round(found.windowS)} s; cores are user and
system time of \`/proc/PID/stat\` over the window, RSS is \`smaps_rollup\`, threads \`/proc/PID/task\`.`;
}

/** What a process a camera takes, and how much less the node. */
function peerText({ peer }: PipelineFindings, metrics: Readonly<Record<string, number>>): string {
  if (peer === undefined) return '';
  const rows = peer.tried.map(
    (window): Row => [
      window.cameras,
      window.onTime >= heldShare ? 'yes' : 'no',
      ...[window.cores, window.ffmpegCores].map(round),
      `${round((window.cores / window.cameras) * 100)} %`,
      ...[window.rssMb, window.pssMb].map(Math.round),
      percent(window.onTime),
    ],
  );
  const times = (name: string) => `${round(metrics[`${name}VsProcessPerCamera`] ?? Number.NaN)}×`;
  return `One ffmpeg process a camera, keyframes only, raw pictures through a pipe at the same look rates into one process with
the same model, nothing else done with the boxes; on the same cameras, in order of trying:

${table([['cameras', 'held', 'cores', 'of these FFmpeg', 'core a camera', 'RSS MB', 'PSS MB', 'looks on time'], ...rows])}

The node holds ${times('camerasRatio')} the cameras; a camera costs it ${times('cpuRatio')} less CPU and ${times('rssRatio')} less memory (RSS).`;
}

type Row = readonly (string | number)[];

function rowsOf(scales: readonly Scale[]): readonly Row[] {
  const row = (name: string, cell: (scale: Scale) => string | number): Row => [name, ...scales.map(cell)];
  const ms = (values: readonly number[], share: number) => Math.round(quantile(values, share));
  const seconds = (value: number) => (Number.isNaN(value) ? '–' : round(value));
  return [
    row('cameras', ({ cameras }) => cameras),
    row('held', (scale) => (isHeld(scale) ? 'yes' : 'no')),
    row('cores of the node', ({ cores }) => round(cores)),
    row('parts of the window', ({ coresOfParts }) => coresOfParts.map(round).join(', ')),
    row('core a camera', ({ cores, cameras }) => `${round((cores / cameras) * 100)} %`),
    row('RSS, MB', ({ rssMb }) => Math.round(rssMb)),
    row('looks a second', ({ looks }) => round(looks.perSecond)),
    row('looks on time', ({ looks }) => percent(looks.onTime)),
    row('looks missed, by cause', ({ looks }) => list(looks.missed, String)),
    row('cameras shed; longest interval', ({ looks }) => `${looks.shed}; ${round(looks.stretch)}×`),
    row('looks not decided', ({ looks }) => list(looks.undecided, String)),
    row('what the gate said', ({ looks }) => list(looks.gate, percent)),
    row('looks that went through the detector', ({ looks }) => percent(looks.detected)),
    row('runs of the model a look detected', ({ looks }) => seconds(looks.runsPerLook)),
    row(
      'look, p50 / p90 / p99 / at most, s',
      ({ looks }) => `${seconds(looks.p50S)} / ${seconds(looks.p90S)} / ${seconds(looks.p99S)} / ${looks.maxS}`,
    ),
    row('alerts raised of expected; others', ({ alerts }) => {
      return `${alerts.raised.length} of ${alerts.expected}; ${alerts.strange.length}`;
    }),
    row('alert latency p50 / p99, ms', ({ alerts }) => {
      const values = alerts.raised.map(({ latencyMs }) => latencyMs);
      return `${ms(values, 0.5)} / ${ms(values, 0.99)}`;
    }),
    row('… from every picture, p99, ms', ({ alerts }) =>
      ms(
        alerts.raised.map(({ fromPictureMs }) => fromPictureMs),
        0.99,
      ),
    ),
    row('… from the picture deciding, p99, ms', ({ alerts }) =>
      ms(
        alerts.raised.map(({ fromDecidingMs }) => fromDecidingMs),
        0.99,
      ),
    ),
    row('access units lost', ({ lostUnits }) => lostUnits),
    row('utilisation by the scheduler’s books', ({ looks }) => list(looks.utilisation, percent)),
    row('seconds until all stream, then to settle', ({ startS, settleS }) => `${round(startS)}, ${round(settleS)}`),
    row('cores of the farm (not counted)', ({ farmCores }) => round(farmCores)),
    row('units the farm could not send', ({ farmDropped }) => farmDropped),
    row('load average after the window', ({ load }) => load),
  ];
}

function threadRows(scales: readonly Scale[]): readonly Row[] {
  const names = new Set(scales.flatMap(({ threads }) => Object.keys(threads)));
  const rows = [...names].map((name): Row => [name, ...scales.map(({ threads }) => round(threads[name] ?? 0))]);
  const shown = rows.filter(([, ...cores]) => cores.some((each) => Number(each) >= 0.005));
  return [['thread', ...scales.map(({ cameras }) => cameras)], ...shown];
}

function stageRows(scales: readonly Scale[]): readonly Row[] {
  const names = new Set(scales.flatMap(({ stages }) => Object.keys(stages)));
  const cell = (name: string) => (scale: Scale) => {
    const stage = scale.stages[name];
    if (stage === undefined) return '–';
    const each = round((stage.seconds * 1000) / stage.count);
    return `${round(stage.seconds / scale.windowS)} (${each} ms × ${round(stage.count / scale.windowS)}/s)`;
  };
  const rows = [...names].map((name): Row => [name, ...scales.map(cell(name))]);
  return [['stage', ...scales.map(({ cameras }) => cameras)], ...rows];
}

function list(counts: Readonly<Record<string, number>>, show: (count: number) => string): string {
  const all = Object.entries(counts).map(([name, count]) => `${name} ${show(count)}`);
  return all.length === 0 ? '–' : all.join(', ');
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${round(share * 100)} %`;
}
