import { writeFileSync } from 'node:fs';
import { scenesPage } from './scenes-page.ts';

writeFileSync(new URL('../docs/scenes.md', import.meta.url), scenesPage());
