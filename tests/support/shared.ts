import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidate = process.env['MAPLEBRIDGE_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** Folder of footage and weights that are not part of the repository, or undefined where it is absent. */
export const sharedDir: string | undefined = existsSync(candidate) ? candidate : undefined;

/** Why a test that needs it was skipped. */
export const noSharedReason = `needs footage or weights from ${candidate}, which is not here`;
