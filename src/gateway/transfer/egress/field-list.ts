/** A place in an alert: whether a plain value may stand there, and what may be below it. */
interface Place {
  value: boolean;
  readonly fields: Map<string, Place>;
  items: Place | undefined;
}

/** Deeper than any alert is; JSON that nests further is refused unread. */
const maxDepth = 16;

/**
 * The fields that may cross, made into a tree once, so that an alert is judged in one walk over it.
 * A listed path allows one plain value, or a list of plain values, and nothing below.
 */
export class FieldList {
  readonly #root: Place = newPlace();
  readonly #known: ReadonlySet<string>;

  /** `known`: what may be named in a refusal. */
  constructor(paths: readonly string[], known: ReadonlySet<string>) {
    this.#known = known;
    for (const path of paths) this.#allow(path);
  }

  /**
   * Fields of `value` that are not on the list, each once; empty: it may cross. A name that is not one of the alert's own
   * is given as `?` beneath the part it stands in, for it may itself be what must not be told.
   */
  unlisted(value: unknown): readonly string[] {
    const found = new Set<string>();
    this.#walk(value, this.#root, [], found);
    return [...found];
  }

  #allow(path: string): void {
    let place = this.#root;
    for (const step of stepsOf(path)) place = step === '[]' ? itemsOf(place) : fieldOf(place, step);
    place.value = true;
  }

  #walk(value: unknown, place: Place, steps: string[], found: Set<string>): void {
    if (steps.length > maxDepth) return void found.add(this.#named(steps));
    if (Array.isArray(value)) this.#walkList(value, place, steps, found);
    else if (typeof value === 'object' && value !== null) this.#walkFields(value, place, steps, found);
    else if (!place.value) found.add(this.#named(steps));
  }

  #walkFields(value: object, place: Place, steps: string[], found: Set<string>): void {
    let empty = true;
    for (const name of Object.keys(value)) {
      empty = false;
      steps.push(name);
      this.#walk((value as Record<string, unknown>)[name], place.fields.get(name) ?? nowhere, steps, found);
      steps.pop();
    }
    // An object where a value is listed says nothing, yet it is not what was listed.
    if (empty && place.fields.size === 0) found.add(this.#named(steps));
  }

  #walkList(value: readonly unknown[], place: Place, steps: string[], found: Set<string>): void {
    const items = place.items;
    steps.push('[]');
    for (const item of value) {
      const isPlain = typeof item !== 'object' || item === null;
      if (isPlain && !place.value) found.add(this.#named(steps));
      else if (!isPlain) this.#walk(item, items ?? nowhere, steps, found);
    }
    steps.pop();
    if (value.length === 0 && !place.value && items === undefined) found.add(this.#named(steps));
  }

  /** The longest known beginning, then `?`. */
  #named(steps: readonly string[]): string {
    const path = pathOf(steps);
    if (this.#known.has(path)) return path;
    // A list of plain values is known by its own name.
    const list = path.endsWith('[]') ? path.slice(0, -2) : path;
    if (this.#known.has(list)) return list;
    for (let length = steps.length; length > 0; length -= 1) {
      const begin = pathOf(steps.slice(0, length));
      const isPart = [...this.#known].some((known) => known.startsWith(`${begin}.`) || known.startsWith(`${begin}[]`));
      if (isPart || this.#known.has(begin)) return `${begin}.?`;
    }
    return '?';
  }
}

/** Where nothing is listed. */
const nowhere: Place = newPlace();

function newPlace(): Place {
  return { value: false, fields: new Map(), items: undefined };
}

function itemsOf(place: Place): Place {
  place.items ??= newPlace();
  return place.items;
}

function fieldOf(place: Place, name: string): Place {
  const known = place.fields.get(name) ?? newPlace();
  place.fields.set(name, known);
  return known;
}

function stepsOf(path: string): string[] {
  return path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]));
}

function pathOf(steps: readonly string[]): string {
  return steps.reduce((so, step) => (step === '[]' ? `${so}[]` : so === '' ? step : `${so}.${step}`), '');
}
