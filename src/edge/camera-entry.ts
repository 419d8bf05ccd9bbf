/** One camera of a file as it is to be written, and where it came from. */
export interface CameraEntry {
  readonly line: number;
  readonly camera: Readonly<Record<string, unknown>>;
  /** How the file calls a field of the camera. */
  fieldOf(path: readonly PropertyKey[]): string;
  /** Line of a field; default that of the camera. */
  lineOf?(path: readonly PropertyKey[]): number | undefined;
}
