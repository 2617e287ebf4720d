// A state machine's graph as a Mermaid state diagram, drawn from its definition.

/** The part of an Amazon States Language definition that a drawing needs. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

export interface StateDefinition {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly ItemProcessor?: Definition;
}

const STYLES = {
  success: 'fill:#d9f2d9,stroke:#2e7d32,color:#000',
  failure: 'fill:#fde0dc,stroke:#c62828,color:#000',
  compensation: 'fill:#fff3cd,stroke:#b26a00,color:#000,stroke-dasharray:4 2',
} as const;

/**
 * Mermaid source of type `stateDiagram-v2`. Arrows of Catch say what they catch.
 * @param compensations - names of the states that undo something, drawn dashed
 */
export function toMermaid(definition: Definition, compensations: ReadonlySet<string>): string {
  const styled = new Map<string, keyof typeof STYLES>();
  const collect = ({ States }: Definition): void => {
    for (const [name, state] of Object.entries(States)) {
      if (state.Type === 'Succeed') styled.set(name, 'success');
      if (state.Type === 'Fail') styled.set(name, 'failure');
      if (compensations.has(name)) styled.set(name, 'compensation');
      if (state.ItemProcessor !== undefined) collect(state.ItemProcessor);
    }
  };
  collect(definition);
  return [
    'stateDiagram-v2',
    ...draw(definition, '  '),
    ...Object.entries(STYLES).map(([style, css]) => `  classDef ${style} ${css}`),
    ...[...styled].map(([name, style]) => `  class ${idOf(name)} ${style}`),
  ].join('\n');
}

/** The start comes first and the names last: the layout takes what it meets first for the top. */
function draw({ StartAt, States }: Definition, indent: string): string[] {
  const states = Object.entries(States);
  return [
    `${indent}[*] --> ${idOf(StartAt)}`,
    ...states.flatMap(([name, state]) => drawState(name, state, indent)),
    ...states
      .filter(([name]) => idOf(name) !== name)
      .map(([name]) => `${indent}state "${name}" as ${idOf(name)}`),
  ];
}

function drawState(name: string, state: StateDefinition, indent: string): string[] {
  const inner = state.ItemProcessor;
  const from = idOf(name);
  const targets = new Set([
    ...(state.Choices ?? []).map(({ Next }) => Next),
    ...(state.Default === undefined ? [] : [state.Default]),
    ...(state.Next === undefined ? [] : [state.Next]),
  ]);
  return [
    ...(inner === undefined ? [] : [`${indent}state ${from} {`, ...draw(inner, `${indent}  `), `${indent}}`]),
    ...[...targets].map((target) => `${indent}${from} --> ${idOf(target)}`),
    ...[...catches(state)].map(
      ([target, errors]) => `${indent}${from} --> ${idOf(target)}: ${errors.join(', ')}`,
    ),
    ...(state.End === true ? [`${indent}${from} --> [*]`] : []),
  ];
}

/** Of everything else it is a part (definitions name it apart, since States.ALL may leave it out). */
const TOO_LARGE = 'States.DataLimitExceeded';

/** What each target catches; everything else together is "any other error". */
function catches({ Catch = [] }: StateDefinition): ReadonlyMap<string, readonly string[]> {
  const byTarget = new Map<string, string[]>();
  for (const { ErrorEquals, Next } of Catch) {
    const errors = ErrorEquals.flatMap((error) => {
      if (error === 'States.ALL') return [byTarget.get(Next)?.length ? 'any other error' : 'any error'];
      return error === TOO_LARGE ? [] : [error];
    });
    byTarget.set(Next, [...(byTarget.get(Next) ?? []), ...errors]);
  }
  for (const errors of byTarget.values()) if (errors.length === 0) errors.push(TOO_LARGE);
  return byTarget;
}

/** Mermaid identifiers are words. */
function idOf(name: string): string {
  return name.replace(/\W/g, '');
}
