import { z } from 'zod';

/** Whether a machine's clock follows a reference, as far as it can be told. */
export const clockStates = ['synchronised', 'unsynchronised', 'unknown'] as const;

/** Whether a machine's clock follows a reference, as far as it can be told. */
export type ClockState = (typeof clockStates)[number];

/** The state of the clock that the times of a record come from, as it travels with the record. */
export const clockMarkSchema = z.strictObject({ state: z.enum(clockStates) });

/** The state of the clock that the times of a record come from. */
export type ClockMark = z.output<typeof clockMarkSchema>;

/** Who knows the state of this machine's clock; asking costs nothing. */
export interface ClockWord {
  readonly state: ClockState;
}

/** Where nobody watches the clock. */
export const unwatchedClock: ClockWord = { state: 'unknown' };
