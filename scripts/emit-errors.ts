import { writeFileSync } from 'node:fs';
import { errorCodes } from '../src/lib/error-codes.ts';

/** Writes docs/errors.md from the one table of codes. */
const rows = Object.entries(errorCodes).map(
  ([code, { retryable, help }]) => `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${help} |`,
);

writeFileSync(
  new URL('../docs/errors.md', import.meta.url),
  `# Errors

Every fault Maplebridge reports carries one of these codes, in logs, API answers (\`{ code, message, help }\`) and exit messages.
The message says where and what; the help says what to do. Written by \`npm run docs\` from \`src/lib/error-codes.ts\`.

| code | tried again by itself | what to do |
|---|---|---|
${rows.join('\n')}
`,
);
