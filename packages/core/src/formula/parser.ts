import { fail } from "../errors.ts";
import { Cursor } from "./cursor.ts";
import { functionNamed, isElementwise, isFunction, isUnary } from "./functions.ts";
import { brackets, type Infix, infixes, prefixes, reach } from "./grammar.ts";
import * as power from "./power.ts";
import type { Keyword, Program, Term } from "./term.ts";
import type { Span } from "./text.ts";
import { exponentOf, isTranspose, type Token, type Tokens } from "./tokens.ts";

/** A term where it is in the text, with its parentheses. */
interface Operand extends Span {
  readonly term: number;
  /** Whether the factor on its right is one of a matrix product: Xᵀy. */
  readonly transposed?: boolean;
  /** Whether it is alone in square brackets, which are a list where a function takes one: reshape(x, [6]). */
  readonly square?: boolean;
}

/** Formulas that are nested deeper could overflow the stack. */
const maxDepth = 200;

const isComparison = (token: Token): boolean => infixes[token.text]?.power === power.comparison;

/** A Pratt parser: an operand takes the operators on its right that bind more tightly than the one on its left. [Pratt 1973] */
class Parser {
  readonly terms: Term[] = [];
  readonly names = new Set<string>();
  readonly functions = new Set<string>();
  readonly #cursor: Cursor;
  /** The names that are variables although functions have them. */
  readonly #variables: ReadonlySet<string>;
  #depth = 0;

  constructor(cursor: Cursor, variables: ReadonlySet<string>) {
    this.#cursor = cursor;
    this.#variables = variables;
  }

  #add(term: Term): Operand {
    return { term: this.terms.push(term) - 1, start: term.start, end: term.end };
  }

  #constant(value: number | string, { start, end }: Span): Operand {
    return this.#add({ kind: "constant", value, start, end });
  }

  #call(name: string, { start, end }: Span, args: readonly Operand[], keywords: readonly Keyword[] = []) {
    const operands = args.map((x) => x.term);
    return this.#add({ kind: "call", apply: functionNamed(name), operands, keywords, start, end });
  }

  #binary(name: string, left: Operand, right: Operand): Operand {
    return this.#call(name, { start: left.start, end: right.end }, [left, right]);
  }

  /** An operand, and the operators on its right that bind more tightly than `min`. */
  expression(min: number): Operand {
    const cursor = this.#cursor;
    if (++this.#depth > maxDepth)
      throw cursor.error(cursor.token, `is nested deeper than ${maxDepth} levels`);
    let left = this.#superscripts(this.#operand(min));
    for (;;) {
      const infix = cursor.token.kind === "symbol" ? infixes[cursor.token.text] : undefined;
      if (infix && infix.power > min) left = this.#infix(left, infix);
      else if (power.juxtaposition > min && cursor.startsFactor()) left = this.#juxtaposition(left);
      else break;
    }
    this.#depth--;
    return left;
  }

  #infix(left: Operand, infix: Infix): Operand {
    const operator = this.#cursor.next();
    const right = this.expression(infix.right ?? infix.power);
    this.#requireOneReading(operator, infix, right);
    return this.#binary(infix.function, left, right);
  }

  /** @throws for a < b < c, and for a/b c and a^2b, which may mean a/(b c) or (a/b) c */
  #requireOneReading(operator: Token, { power: own, right: reach }: Infix, right: Span): void {
    const { token, previous } = this.#cursor;
    if (isComparison(operator) && isComparison(token))
      throw this.#cursor.error(token, "comparisons do not chain. Did you mean (a < b) ∧ (b < c)?");
    const isQuotient = own === power.product && reach === power.juxtaposition;
    const isAttached = token.kind === "name" && token.start === right.end;
    const isPower = own === power.exponent && previous?.kind === "number" && isAttached;
    if (!(isQuotient || isPower) || !this.#cursor.startsFactor()) return;
    const [sign, a, b] = [operator.text, this.#cursor.textOf(right), token.text];
    throw this.#cursor.error(
      { start: operator.start, end: token.end },
      `the product after ${sign} has two readings. Did you mean …${sign}(${a}*${b}…), or (…${sign}${a})*${b}…?`,
    );
  }

  /** The product of `left` and the factor on its right; after a transpose, as in Xᵀ(ŷ − y), it is that of matrices. */
  #juxtaposition(left: Operand): Operand {
    let right = this.expression(power.juxtaposition);
    if (left.transposed) return { ...this.#binary("matmul", left, right), transposed: true };
    if (!right.transposed) return this.#binary("mul", left, right);
    while (this.#cursor.startsFactor())
      right = this.#binary("matmul", right, this.expression(power.juxtaposition));
    return this.#binary("scaled", left, right);
  }

  #superscripts(operand: Operand): Operand {
    let left = operand;
    while (this.#cursor.token.kind === "superscript") {
      const token = this.#cursor.next();
      const span = { start: left.start, end: token.end };
      left = isTranspose(token)
        ? { ...this.#call("transposed", span, [left]), transposed: true }
        : this.#call("power", span, [left, this.#constant(exponentOf(token), token)]);
    }
    return left;
  }

  #operand(min: number): Operand {
    const { kind, text, start, end } = this.#cursor.token;
    if (kind === "symbol" && text in brackets) return this.#group();
    if (kind === "symbol" && text in prefixes) return this.#prefix(min);
    if (kind === "symbol" || kind === "superscript" || kind === "end") throw this.#cursor.unexpected();
    const token = this.#cursor.next();
    if (kind === "name") return this.#name(token);
    if (kind === "slot") return this.#add({ kind, index: Number(text.slice(1)) - 1, start, end });
    return this.#constant(kind === "number" ? Number(text.replaceAll("_", "")) : text.slice(1, -1), token);
  }

  #prefix(min: number): Operand {
    const { start, text } = this.#cursor.next();
    const prefix = prefixes[text]!;
    const operand = this.expression(Math.max(prefix.power, min));
    const span = { start, end: operand.end };
    return prefix.function ? this.#call(prefix.function, span, [operand]) : { ...operand, ...span };
  }

  #group(): Operand {
    const { text } = this.#cursor.token;
    const [items, span] = this.#cursor.between(() => this.#items(text === "["));
    const bars = brackets[text]!.function;
    if (bars) return this.#call(bars, span, items);
    return items.length === 1
      ? { term: items[0]!.term, ...span, square: text === "[" }
      : this.#list(items, span);
  }

  #list(items: readonly Operand[], { start, end }: Span): Operand {
    return this.#add({ kind: "list", operands: items.map((x) => x.term), start, end });
  }

  /** The terms between brackets, several only in a list. */
  #items(isList: boolean): Operand[] {
    if (isList && this.#cursor.isAt("]")) return [];
    const items = [this.expression(power.none)];
    while (isList && this.#cursor.isAt(",")) {
      this.#cursor.next();
      items.push(this.expression(power.none));
    }
    return items;
  }

  #isFunction(name: string): boolean {
    return isFunction(name) && !this.#variables.has(name);
  }

  /** A function with its operand, or a variable. */
  #name(token: Token): Operand {
    const { text: name, start, end } = token;
    const applied = this.#isFunction(name) ? this.#application(token) : undefined;
    (applied ? this.functions : this.names).add(name);
    return applied ?? this.#add({ kind: "name", name, start, end });
  }

  /** A function with the operand that follows, if one does: ln(x), ln x, tanh² x. */
  #application({ text: name, start }: Token): Operand | undefined {
    const cursor = this.#cursor;
    const { token } = cursor;
    const exponent = token.kind === "superscript" && !isTranspose(token) ? cursor.next() : undefined;
    const isCall = this.#startsArguments(name);
    if (!isCall && !this.#startsOperand(name)) {
      if (exponent) cursor.back();
      return undefined;
    }
    if (exponent && exponentOf(exponent) < 0)
      throw cursor.error(
        { start, end: exponent.end },
        `${name}${exponent.text} has two readings. Did you mean 1/${name}(…), or the inverse function by its name?`,
      );
    const y = isCall ? this.#arguments(name, start) : this.#bareOperand(name, start);
    return exponent ? this.#call("power", y, [y, this.#constant(exponentOf(exponent), exponent)]) : y;
  }

  /** Whether arguments in brackets follow. After a sum the brackets begin its operand, unless they hold several. */
  #startsArguments(name: string): boolean {
    if (!this.#cursor.isAt("(", "[", "{")) return false;
    return (reach[name] ?? power.product) >= power.product || this.#cursor.holdsSeveral();
  }

  /** Whether an operand without parentheses follows a function that takes one. */
  #startsOperand(name: string): boolean {
    const { token } = this.#cursor;
    return (name in reach || isUnary(name)) && (token.kind === "number" || this.#cursor.startsFactor());
  }

  /** The call of a function that begins at `start`, with an operand without parentheses, which ends before a function. */
  #bareOperand(name: string, start: number): Operand {
    const cursor = this.#cursor;
    const far = reach[name];
    let operand = this.expression(far ?? power.juxtaposition);
    while (far === undefined && cursor.startsFactor() && !this.#isFunction(cursor.token.text))
      operand = this.#juxtaposition(operand);
    return this.#call(name, { start, end: operand.end }, [operand]);
  }

  /** The call of a function that begins at `start`, with arguments in brackets. */
  #arguments(name: string, start: number): Operand {
    const args: Operand[] = [];
    const keywords: Keyword[] = [];
    const [, { end }] = this.#cursor.between(() => {
      while (!this.#cursor.isAt(")", "]", "}")) {
        const { token } = this.#cursor;
        const keyword = this.#cursor.keyword();
        if (keywords.some(([known]) => known === keyword))
          throw this.#cursor.error(token, `${keyword} is given twice`);
        const first = args.length === 0 && !keyword;
        const found = this.expression(power.none);
        const value = found.square && !first && !isElementwise(name) ? this.#list([found], found) : found;
        if (keyword) keywords.push([keyword, value.term]);
        else args.push(value);
        if (!this.#cursor.isAt(",")) break;
        this.#cursor.next();
      }
    });
    return this.#call(name, { start, end }, args, keywords);
  }
}

/**
 * Parses a formula.
 *
 * @param variables the names that are variables although functions have them
 * @throws at the first token that cannot be at its place
 */
export function parseTokens(tokens: Tokens, variables: ReadonlySet<string>): Program {
  if (tokens.tokens.length === 1) fail("value", "formula", "is empty");
  const cursor = new Cursor(tokens);
  const parser = new Parser(cursor, variables);
  parser.expression(power.none);
  if (cursor.token.kind !== "end") throw cursor.unexpected();
  const { terms, names, functions } = parser;
  return { text: tokens.text, terms, names, functions };
}
