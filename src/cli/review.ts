import type { IncidentId } from '../domain/ids.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { observationsPath } from '../edge/observations-path.ts';
import { ReviewBook } from '../edge/observe/review-book.ts';
import type { Verdict } from '../edge/observe/verdict.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { siteTime } from './site-time.ts';

/** As many verdicts as a list shows. */
const listed = 200;

/** `maplebridge review`: what a person says of an alert, kept beside the observations for `what-if`. */
export const reviewCommand: Command = {
  name: 'review',
  summary: 'keeps a verdict on an incident, confirmed or rejected, for what-if',
  usage: `review --config <edge.yaml> --incident <id> --verdict <confirmed|rejected> [--reason <text>] [--by <name>]
       maplebridge review --config <edge.yaml> --list [--json]`,
  async run({ args, print }) {
    const { values } = parseCommandArguments(reviewCommand, args, {
      config: { type: 'string' },
      incident: { type: 'string' },
      verdict: { type: 'string' },
      reason: { type: 'string' },
      by: { type: 'string' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const config = loadEdgeConfig(required(values.config, '--config', reviewCommand));
    const book = new ReviewBook(observationsPath(config));
    const { timeZone } = config.calendar;
    try {
      if (values.list) {
        const verdicts = book.list(listed);
        if (values.json) print(JSON.stringify(verdicts, null, 2));
        else for (const verdict of verdicts) print(line(verdict, timeZone));
        return 0;
      }
      const incidentId = required(values.incident, '--incident', reviewCommand) as IncidentId;
      const { reason, by } = values;
      const verdict = verdictOf(required(values.verdict, '--verdict', reviewCommand));
      print(line(book.add({ incidentId, verdict, reason, by, at: Date.now() }), timeZone));
      return 0;
    } finally {
      book.close();
    }
  },
};

function verdictOf(text: string): Verdict['verdict'] {
  if (text === 'confirmed' || text === 'rejected') return text;
  throw new AppError('MB_USAGE', `--verdict must be confirmed or rejected, not "${text}"`);
}

function line({ at, incidentId, camera, scene, verdict, reason, by }: Verdict, timeZone: string): string {
  const told = [reason, by === undefined ? undefined : `(${by})`].filter((each) => each !== undefined).join(' ');
  return `${siteTime(at, timeZone)}  ${incidentId}  ${camera}  ${scene}  ${verdict}${told === '' ? '' : `  ${told}`}`;
}
