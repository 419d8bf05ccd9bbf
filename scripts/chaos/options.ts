import { parseArgs } from 'node:util';
import type { Evidence } from './judge.ts';

/** How a campaign runs. */
export interface CampaignOptions {
  readonly seed: number;
  /** How long faults happen; setting up, healing and judging come on top. */
  readonly minutes: number;
  /** Alerts to be promised at least. */
  readonly alerts: number;
  readonly nodes: number;
  /** Mean time between two faults. */
  readonly faultEveryMs: number;
  /** Folder for everything; kept when something is wrong. */
  readonly dir: string | undefined;
  readonly say: (line: string) => void;
  /** Ends it before its time: everything is stopped and taken away, and the campaign rejects. */
  readonly signal?: AbortSignal;
  /** Called with everything still up, after the verdict. */
  readonly afterwards?: (evidence: Evidence) => Promise<void>;
}

/** Files the command line names. */
export interface Outputs {
  readonly json: string | undefined;
  readonly page: string | undefined;
}

const usage = `usage: npm run chaos -- [--seed N] [--minutes N] [--alerts N] [--nodes N] [--fault-every-ms N] [--dir FOLDER]
                    [--json FILE] [--page [FILE]]`;

const plainPage = 'docs/chaos.md';

/** Reads the command line. Throws a usage message. */
export function readOptions(args: readonly string[]): {
  campaign: Omit<CampaignOptions, 'say' | 'afterwards' | 'signal'>;
  outputs: Outputs;
} {
  // `--page` alone names the page of the documentation.
  const withPage = args.flatMap((arg, index) =>
    arg === '--page' && (args[index + 1] ?? '-').startsWith('-') ? [arg, plainPage] : [arg],
  );
  try {
    const { values } = parseArgs({
      args: withPage,
      options: {
        seed: { type: 'string', default: '1' },
        minutes: { type: 'string', default: '30' },
        alerts: { type: 'string' },
        nodes: { type: 'string', default: '3' },
        'fault-every-ms': { type: 'string', default: '4000' },
        dir: { type: 'string' },
        json: { type: 'string' },
        page: { type: 'string' },
      },
    });
    const number = (name: string, text: string, min: number) => {
      const value = Number(text);
      if (!Number.isFinite(value) || value < min || text === '') throw new Error(`--${name}: not a number from ${min}`);
      return value;
    };
    const minutes = number('minutes', values.minutes, 0.1);
    // 600 a minute: 18,000 in the long form, 10 a second on a core that others share.
    const alerts = Math.round(number('alerts', values.alerts ?? String(minutes * 600), 1));
    const whole = (name: 'seed' | 'nodes', min: number) => Math.floor(number(name, values[name], min));
    return {
      campaign: {
        seed: whole('seed', 0),
        minutes,
        alerts,
        nodes: whole('nodes', 1),
        faultEveryMs: number('fault-every-ms', values['fault-every-ms'], 100),
        dir: values.dir,
      },
      outputs: { json: values.json, page: values.page },
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
