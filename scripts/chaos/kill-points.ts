/** Instants at which a process can be made to die, by the service they are in. What they mean stands in under-fire.ts. */
export const killPoints = {
  node: ['appended', 'puback', 'ack-in'],
  collect: ['ack-out', 'puback', 'spooled', 'before-drop', 'after-drop'],
  desk: ['commit-sent', 'before-archive', 'after-archive', 'left-inbox'],
} as const;

/** One of them. */
export type KillPoint = (typeof killPoints)[keyof typeof killPoints][number];

/** What the campaign tells a process under fire. */
export type FireOrder =
  | { readonly type: 'clock'; readonly offsetMs: number }
  | { readonly type: 'arm'; readonly point: KillPoint | undefined };

/** What a process writes to its log as its last word. */
export const lastWord = (point: KillPoint) => `chaos: killed at ${point}`;
