import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The card of the model that ships. */
export const modelCard = 'models/CARD.md';

/**
 * Puts a bench's part between its markers in the card; what people wrote round it stays. False where there is no card,
 * or none with that part.
 */
export function writeCardPart(name: string, text: string, file: string): boolean {
  if (!existsSync(file)) return false;
  const card = readFileSync(file, 'utf8');
  const next = withPart(card, name, text);
  if (next === undefined) return false;
  writeFileSync(file, next);
  return true;
}

/** The card with another text between a part's markers; undefined where it has none. */
export function withPart(card: string, name: string, text: string): string | undefined {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [card.indexOf(start), card.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${card.slice(0, from)}${start}\n${text.trim()}\n${card.slice(to)}`;
}
