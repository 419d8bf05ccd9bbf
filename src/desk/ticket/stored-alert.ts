import { type AlertEvent, alertEventSchema } from '../../contracts/alert-event.ts';

/** An alert as stored; undefined where the text is none: only somebody with access to the database can have done that. */
export function storedAlert(text: string): AlertEvent | undefined {
  try {
    const result = alertEventSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
