/** Something that goes wrong for a while. */
export interface Fault {
  /** What the table counts. */
  readonly kind: string;
  /** Part of the world it happens to. */
  readonly target: string;
  readonly detail?: string;
  /** Two faults with the same claim do not overlap. */
  readonly claims: string;
  /** Nodes whose alerts it holds up. */
  readonly nodes: readonly string[];
  /** How long it lasts. */
  readonly holdMs: number;
  /** A text says why nothing came of it. */
  begin(): Promise<unknown>;
  end(): Promise<void>;
  /** After its end, before the next one may happen to the same part. */
  settled?(): Promise<void>;
}
