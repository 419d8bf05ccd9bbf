/** Where a job's time went, in milliseconds. */
export interface StageTimes {
  /** Pictures into the tensor. */
  readonly fill: number;
  /** The graph. */
  readonly inference: number;
  /** Outputs to boxes, suppression. */
  readonly post: number;
}
