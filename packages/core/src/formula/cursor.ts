import { nearest } from "../arguments.ts";
import { functionNames } from "./functions.ts";
import { brackets } from "./grammar.ts";
import { errorAt, type Span } from "./text.ts";
import type { Token, Tokens } from "./tokens.ts";

/** What is likely meant by a token that is unexpected, by its text or its kind. */
const fixes: Readonly<Record<string, string>> = {
  "=": ". Did you mean ==? A formula has no left-hand side",
  number: ". Did you mean * before it?",
};

/** A place in the tokens of a formula, and the brackets that are open there. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  /** The places of the open brackets. */
  readonly #open: number[] = [];
  #place = 0;

  constructor({ text, tokens }: Tokens) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** The current token. */
  get token(): Token {
    return this.#tokens[this.#place]!;
  }

  /** The token before the current one. */
  get previous(): Token | undefined {
    return this.#tokens[this.#place - 1];
  }

  /** Whether the current token is one of these symbols. */
  isAt(...symbols: readonly string[]): boolean {
    return this.token.kind === "symbol" && symbols.includes(this.token.text);
  }

  /** Moves to the next token; returns the current one. */
  next(): Token {
    return this.#tokens[this.#place++]!;
  }

  /** Moves back to the token before. */
  back(): void {
    this.#place--;
  }

  /** Moves behind `name =` if that is at the current place; returns the name. */
  keyword(): string | undefined {
    const { kind, text } = this.token;
    if (kind !== "name" || this.#tokens[this.#place + 1]?.text !== "=") return undefined;
    this.#place += 2;
    return text;
  }

  /** Whether the current token begins a factor of a product without signs. */
  startsFactor(): boolean {
    const { kind, text } = this.token;
    if (kind !== "symbol") return kind === "name" || kind === "slot";
    const closes = brackets[text]?.close === text && this.#tokens[this.#open.at(-1)!]?.text === text;
    return text in brackets && !closes;
  }

  /** Whether the brackets at the current place hold several arguments. */
  holdsSeveral(): boolean {
    let depth = 0;
    for (let i = this.#place; i < this.#tokens.length; i++) {
      const { text } = this.#tokens[i]!;
      if (/^[([{]$/.test(text)) depth++;
      else if (/^[)\]}]$/.test(text) && --depth === 0) return false;
      else if (text === "," && depth === 1) return true;
    }
    return false;
  }

  /** What `read` finds in the brackets at the current place, and where they are. @throws if they do not close */
  between<T>(read: () => T): readonly [found: T, span: Span] {
    this.#open.push(this.#place);
    const open = this.next();
    const { close } = brackets[open.text]!;
    const found = read();
    if (!this.isAt(close)) throw this.#unclosed(open, close);
    this.#open.pop();
    return [found, { start: open.start, end: this.next().end }];
  }

  #unclosed(open: Token, close: string): Error {
    const name = this.#tokens[this.#open.at(-1)! - 1];
    if (name?.kind === "name" && this.isAt(",", "=")) {
      const meant = nearest(name.text, functionNames());
      return this.error(name, `knows no function ${name.text}${meant ? `. Did you mean ${meant}?` : ""}`);
    }
    if (this.token.kind === "end") return this.error(open, `${open.text} is not closed`);
    return Object.values(brackets).some((bracket) => this.isAt(bracket.close))
      ? this.error(this.token, `${this.token.text} does not close ${open.text}. Did you mean ${close}?`)
      : this.unexpected();
  }

  /** The error of a token that cannot be at its place. */
  unexpected(): Error {
    const { kind, text } = this.token;
    if (kind === "end") return this.error(this.token, "ends where an operand is expected");
    const fix = this.#place > 0 ? (fixes[text] ?? fixes[kind]) : undefined;
    return this.error(this.token, `${text} is unexpected${fix ?? ""}`);
  }

  error(span: Span, message: string): Error {
    return errorAt(this.#text, span, message);
  }

  textOf({ start, end }: Span): string {
    return this.#text.slice(start, end);
  }
}
