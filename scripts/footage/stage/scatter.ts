import type { Site, SitePlan, Story } from './site.ts';

/** Puts actors of many kinds about a place at will: one picture for training. */
export function scatter(story: Story, plan: SitePlan, site: Site): void {
  plan.takes[story.random.pick(['fires', 'near'] as const)].tell(story, site);
}
