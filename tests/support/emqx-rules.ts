/** One rule of EMQX's authorization file: Erlang terms, of which it uses tuples, lists, strings and atoms. */
export interface EmqxRule {
  readonly permission: string;
  /** `all`, or the user name that it is for. */
  readonly user: string;
  readonly action: string;
  /** Undefined: every topic. */
  readonly topics: readonly string[] | undefined;
}

type Term = string | { readonly atom: string } | readonly Term[];

/** Reads such a file; throws where it is none. */
export function readEmqxRules(text: string): EmqxRule[] {
  const tokens = text.replace(/^\s*%.*$/gm, '').match(/"[^"\\]*"|[{}[\],.]|[a-z][A-Za-z0-9_]*|\S/g) ?? [];
  const rules: EmqxRule[] = [];
  let at = 0;
  const expectToken = (wanted: string) => {
    if (tokens[at] !== wanted) throw new Error(`expected ${wanted} at token ${at}, found ${tokens[at]}`);
    at += 1;
  };
  const listUntil = (end: string): Term[] => {
    const items: Term[] = [];
    while (tokens[at] !== end) {
      items.push(term());
      if (tokens[at] !== end) expectToken(',');
    }
    expectToken(end);
    return items;
  };
  const term = (): Term => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '{') return listUntil('}');
    if (token === '[') return listUntil(']');
    if (token.startsWith('"')) return token.slice(1, -1);
    if (/^[a-z]\w*$/.test(token)) return { atom: token };
    throw new Error(`no term: ${token}`);
  };
  while (at < tokens.length) {
    rules.push(ruleOf(term()));
    expectToken('.');
  }
  return rules;
}

function ruleOf(tuple: Term): EmqxRule {
  if (!Array.isArray(tuple)) throw new Error('a rule is a tuple');
  const [permission, who, action = { atom: 'all' }, topics] = tuple as Term[];
  return { permission: atomOf(permission), user: userOf(who), action: atomOf(action), topics: topicsOf(topics) };
}

function atomOf(term: Term | undefined): string {
  if (typeof term !== 'object' || !('atom' in term)) throw new Error(`expected a word, found ${JSON.stringify(term)}`);
  return term.atom;
}

function userOf(term: Term | undefined): string {
  if (!Array.isArray(term)) return atomOf(term);
  const [key, name] = term as Term[];
  if (atomOf(key) !== 'username' || typeof name !== 'string') throw new Error('expected {username, "…"}');
  return name;
}

function topicsOf(term: Term | undefined): string[] | undefined {
  if (term === undefined) return undefined;
  if (!Array.isArray(term)) throw new Error('topics are a list');
  return (term as Term[]).map((topic) => {
    if (typeof topic !== 'string') throw new Error('a topic is a string');
    return topic;
  });
}

/** What the rules say, the first that fits deciding, as EMQX describes it; `topic` may be a filter. */
export function emqxAllows(
  rules: readonly EmqxRule[],
  { user, action, topic }: { user: string; action: 'publish' | 'subscribe'; topic: string },
): boolean {
  const rule = rules.find(
    (each) =>
      (each.user === 'all' || each.user === user) &&
      (each.action === 'all' || each.action === action) &&
      (each.topics === undefined ||
        each.topics.some((pattern) => covers(pattern.replaceAll(placeholder, user), topic))),
  );
  return rule?.permission === 'allow';
}

const placeholder = `\${username}`;

/** Whether a filter takes in a topic, or all that another filter takes in. */
function covers(pattern: string, topic: string): boolean {
  const [wanted, given] = [pattern.split('/'), topic.split('/')];
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    const other = given[index];
    if (other === undefined || other === '#' || (level !== '+' && level !== other)) return false;
  }
  return wanted.length === given.length;
}
