import { z } from 'zod';
import { knownFields } from './known-fields.ts';

const known = knownFields();

const field = z
  .string()
  .min(1)
  .max(128)
  .superRefine((path, context) => {
    if (known.has(path)) return;
    const parts = [...known].filter((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[]`));
    const message =
      parts.length > 0
        ? `names a part, not a field; name each of its fields: ${parts.join(', ')}`
        : `no alert has this field; docs/security.md lists them all`;
    context.addIssue({ code: 'custom', message });
  });

const sceneSchema = z
  .strictObject({
    fields: z
      .array(field)
      .default([])
      .meta({ description: 'Fields of the alert, beside the common ones, e.g. `details.count`.' }),
    evidence: z
      .array(z.enum(['start', 'trigger', 'clear', 'clip']))
      .default([])
      .meta({ description: 'Kinds of evidence that may cross; none unless given.' }),
    plates: z
      .enum(['blurred', 'readable'])
      .default('blurred')
      .meta({ description: '`readable`: evidence may cross with number plates that can be read.' }),
  })
  .meta({ description: 'What of a scene’s alerts may cross.' });

/**
 * What may cross the border: edge-config/egress/default.yaml, or a site's own. What is not named here stays. Faces have
 * no switch: evidence whose signed note does not say that they were blurred never crosses.
 */
export const egressPolicySchema = z.strictObject({
  version: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: 'Raise it with every change: the log and the status name it.' }),
  common: z.array(field).min(1).meta({ description: 'Fields that the alerts of every scene below may have.' }),
  scenes: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{1,63}$/), sceneSchema)
    .refine((scenes) => Object.keys(scenes).length > 0, 'names no scene')
    .meta({ description: 'By scene; an alert of a scene that is not here is refused.' }),
});

/** A policy as it stands in its file. */
export type EgressPolicyFile = z.output<typeof egressPolicySchema>;
