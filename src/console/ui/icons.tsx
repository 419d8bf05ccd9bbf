import type { ReactNode } from 'react';

const paths = {
  bridge: 'M1.5 16.5h21M4 16.5c0-5.5 3.2-8.5 8-8.5s8 3 8 8.5M12 8v8.5M8 9v7.5M16 9v7.5',
  camera: 'M3 8.5l13-4 2 6-13 4zM8 14v3.5h-5M18 8l3-1 1 3-3 1',
  pin: 'M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  back: 'M15 5l-7 7 7 7',
  exit: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  trace: 'M6 4v16M6 7h5M6 12h9M6 17h12',
  play: 'M7.5 4.5l12 7.5-12 7.5z',
  picture: 'M3.5 5h17v14h-17zM3.5 16l5-5 4 4 3-3 5 5M15.5 9.5h.01',
  shield: 'M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5',
  alarm: 'M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM12 8v5M12 16.2h.01',
  fold: 'M8 5l7 7-7 7',
} as const;

/** Line icons drawn for the console; decorative, so hidden from screen readers. */
export function Icon({ name, size = 16 }: { readonly name: keyof typeof paths; readonly size?: number }): ReactNode {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
