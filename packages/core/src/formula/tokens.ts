import { errorAt, type Span } from "./text.ts";

/** A token of a formula; a `slot` is the place of a value in a template. */
export interface Token extends Span {
  readonly kind: "number" | "string" | "name" | "superscript" | "slot" | "symbol" | "end";
  readonly text: string;
}

/** Whether a superscript is that of a transpose. */
export const isTranspose = ({ text }: Token): boolean => text === "ᵀ" || text === "⊤";

const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The number that a superscript is. */
export function exponentOf({ text }: Token): number {
  const value = Number([...text].map((c) => (digits.includes(c) ? digits.indexOf(c) : "")).join(""));
  return text.startsWith("⁻") ? -value : value;
}

/** The kinds of tokens, in the order in which they are tried. */
const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["number", /(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?/y],
  ["name", /(?:ln|log)\s*Γ(?=\s*[([{])/uy],
  // Symbols are names of their own: Σx² is the sum of x².
  ["name", /[Σ∑∏√∞](?![₀-₎ₐ-ₜᵢ-ᵪⱼ])/uy],
  // Letters, digits and combining marks, then subscripts, then primes: x₁w₁ are two names.
  ["name", /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}_][\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{M}\d_]*[₀-₎ₐ-ₜᵢ-ᵪⱼ]*['′-‴]*/uy],
  ["superscript", /[⁺⁻]?[⁰¹²³⁴-⁹]+|[ᵀ⊤]/y],
  ["string", /"[^"$]*"/y],
  ["symbol", /\*\*|[=!<>]=|[-+−–*·×⊙∘/÷@^<>≤≥≠=,()[\]{}|‖∧∨¬]/y],
];

const space = /\s*/y;

/** What an error calls a character that is no part of a formula. */
function describeCharacter(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return /[\p{C}\p{M}]/u.test(character)
    ? `the invisible character ${code} is no part of a formula. Did you mean to delete it?`
    : `${character} (${code}) is no part of a formula`;
}

/** The token that begins at a place. @throws if none does */
function tokenAt(text: string, start: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined)
      return {
        kind,
        text: kind === "name" ? found.replace(/\s/g, "") : found,
        start,
        end: start + found.length,
      };
  }
  throw errorAt(text, { start, end: start + 1 }, describeCharacter(text, start));
}

/** The first place from `start` on that holds no space. */
function skipSpace(text: string, start: number): number {
  space.lastIndex = start;
  return start + space.exec(text)![0].length;
}

/** The tokens of a part of a text. */
function* tokensBetween(text: string, start: number, end: number): Generator<Token> {
  for (let at = skipSpace(text, start); at < end; ) {
    const token = tokenAt(text, at);
    yield token;
    at = skipSpace(text, token.end);
  }
}

/** The text of a formula and its tokens, the last of which is its end. */
export interface Tokens {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/**
 * The tokens of a text that is given in parts, in Unicode's form NFC. Between two parts is the place of a value, which prints
 * as `$1`, `$2`, ….
 */
export function tokenize(parts: readonly string[]): Tokens {
  const normalized = parts.map((part) => part.normalize("NFC"));
  const text = normalized.reduce((before, part, i) => `${before}$${i}${part}`);
  const tokens: Token[] = [];
  let start = 0;
  normalized.forEach((part, i) => {
    if (i > 0) {
      const slot = `$${i}`;
      tokens.push({ kind: "slot", text: slot, start, end: start + slot.length });
      start += slot.length;
    }
    tokens.push(...tokensBetween(text, start, start + part.length));
    start += part.length;
  });
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return { text, tokens };
}
