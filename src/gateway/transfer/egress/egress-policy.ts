import type { WithheldEvidence } from '../../../contracts/withheld-evidence.ts';
import type { EvidenceRef } from '../../../domain/alert.ts';
import type { SceneId } from '../../../domain/scene-id.ts';
import { FieldList } from './field-list.ts';
import { knownFields } from './known-fields.ts';
import type { EgressPolicyFile } from './policy-schema.ts';

/** What of an alert is judged. */
export interface JudgedAlert {
  readonly scene: SceneId;
  readonly evidence: readonly EvidenceRef[];
}

/** What becomes of an alert at the border. `scene` and `fields` are names that may be told on the other side. */
export type EgressVerdict =
  | { readonly crosses: true; readonly withheld: readonly WithheldEvidence[] }
  | { readonly crosses: false; readonly scene: string; readonly fields: readonly string[] };

interface SceneRule {
  readonly fields: FieldList;
  readonly evidence: ReadonlySet<EvidenceRef['kind']>;
  readonly readablePlates: boolean;
}

/** A policy made ready: what of which scene may cross. Default-deny: what it does not name stays. */
export class EgressPolicy {
  readonly version: string;
  readonly #rules: ReadonlyMap<string, SceneRule>;

  constructor({ version, common, scenes }: EgressPolicyFile) {
    const known = knownFields();
    this.version = version;
    this.#rules = new Map(
      Object.entries(scenes).map(([scene, { fields, evidence, plates }]) => [
        scene,
        {
          fields: new FieldList([...common, ...fields], known),
          evidence: new Set(evidence),
          readablePlates: plates === 'readable',
        },
      ]),
    );
  }

  /** Judges an alert whose schema was checked. An alert is signed as a whole: no field can be cut out of it. */
  judge(alert: JudgedAlert): EgressVerdict {
    const rule = this.#rules.get(alert.scene);
    if (rule === undefined) return { crosses: false, scene: '?', fields: ['scene'] };
    const fields = rule.fields.unlisted(alert);
    if (fields.length > 0) return { crosses: false, scene: alert.scene, fields };
    const withheld = alert.evidence.flatMap((file): WithheldEvidence[] => {
      const reason = whyNot(file, rule);
      return reason === undefined ? [] : [{ sha256: file.sha256, reason }];
    });
    return { crosses: true, withheld };
  }
}

/** The note is part of what the node signed: where there is none, nobody vouches for the file. */
function whyNot({ kind, redaction }: EvidenceRef, rule: SceneRule): WithheldEvidence['reason'] | undefined {
  if (!rule.evidence.has(kind)) return 'kind-not-listed';
  if (redaction === undefined) return 'not-redacted';
  return redaction.plates === 'kept' && !rule.readablePlates ? 'plates-readable' : undefined;
}
