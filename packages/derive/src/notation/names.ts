/** Names of tensors as mathematics writes them. */

const greek = (
  "alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ " +
  "sigma σ tau τ phi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Sigma Σ Phi Φ Psi Ψ Omega Ω yhat ŷ ybar ȳ"
).split(" ");
const spelled = new Map(greek.flatMap((word, i) => (i % 2 === 0 ? [[word, greek[i + 1]!] as const] : [])));

/** A name in its parts: W1 is W with the number 1. */
export interface NameParts {
  readonly base: string;
  readonly digits: string;
  /** Whether the number is that of a layer, which is written above. */
  readonly above: boolean;
}

const split = (name: string) => {
  const [, base, digits] = /^(.*?)_?(\d*)$/.exec(name)!;
  return { base: spelled.get(base!) ?? base!, digits: digits! };
};

/** Whether names number the layers of a network: then the numbers of Latin letters are written above. */
export const isLayered = (names: readonly string[]): boolean =>
  names.some((name) => /^[A-Z]_?\d+$/.test(name));

export function namePartsOf(name: string, layered: boolean): NameParts {
  const { base, digits } = split(name);
  return { base, digits, above: layered && (/^[A-Za-z]$/.test(base) || base === "δ" || base === "ŷ") };
}

const greekCommands = new Map(
  greek.flatMap((word, i) =>
    i % 2 === 0 && greek[i + 1]!.length === 1 ? [[greek[i + 1]!, word] as const] : [],
  ),
);
const accents = new Map([
  ["\u0302", "hat"],
  ["\u0303", "tilde"],
  ["\u0304", "bar"],
  ["\u0307", "dot"],
]);

/** A letter and the accent above it: ŷ is y with a hat. */
export function accentOf(base: string): { readonly letter: string; readonly accent: string } | undefined {
  const [letter, mark, more] = [...base.normalize("NFD")];
  const accent = mark === undefined ? undefined : accents.get(mark);
  return accent && letter && more === undefined ? { letter, accent } : undefined;
}

/** A letter in LaTeX: ŷ is \hat{y}, λ is \lambda; words are upright. */
export function latexOf(base: string): string {
  const accented = accentOf(base);
  if (accented) return `\\${accented.accent}{${accented.letter}}`;
  const command = greekCommands.get(base);
  if (command) return `\\${command}`;
  return [...base].length === 1 ? base : `\\mathrm{${base}}`;
}
