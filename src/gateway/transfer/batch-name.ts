const pattern = /^mb-([0-9a-f]{16}\.[0-9a-f]{8})-(\d{12})\.mbb$/;

/** File name of a batch: sorts by sender, then number. */
export function batchName(sender: string, number: number): string {
  return `mb-${sender}-${String(number).padStart(12, '0')}.mbb`;
}

/** A name taken apart, or undefined when it is not a batch's. */
export function parseBatchName(name: string): { sender: string; number: number } | undefined {
  const match = pattern.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { sender: match[1], number: Number(match[2]) };
}
