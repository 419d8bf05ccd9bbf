import { useSyncExternalStore } from 'react';
import type { UtcMs } from '../../domain/ids.ts';

/** HTTP dates have whole seconds and travel a while: smaller differences are not the workstation's fault. */
const toleranceMs = 2_500;

let offsetMs = 0;
let second = readSecond();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/**
 * Learns the desk's time from the `Date` header of an answer (RFC 9110 §6.6.1): workstations of an isolated network
 * often run minutes off, and countdowns must not.
 */
export function learnDeskTime(header: string | null): void {
  const desk = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(desk)) return;
  const difference = desk + 500 - Date.now();
  offsetMs = Math.abs(difference) > toleranceMs ? difference : 0;
}

/** The desk's time in whole seconds; re-renders the caller once a second. One timer serves all callers. */
export function useDeskNow(): UtcMs {
  return useSyncExternalStore(subscribe, () => second);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  second = readSecond();
  for (const listener of listeners) listener();
}

function readSecond(): UtcMs {
  return Math.floor((Date.now() + offsetMs) / 1000) * 1000;
}
