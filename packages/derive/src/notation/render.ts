import type { Index } from "../algebra/term.ts";
import { has, isStructured, sameAxes } from "./build.ts";
import { functionName } from "./functions.ts";
import { type NameParts, namePartsOf } from "./names.ts";
import type { IndexedNotation, Notation } from "./notation.ts";
import { levels, type Style, type Written } from "./style.ts";

/** What names and letters a page uses. */
export interface Lettering {
  readonly layered: boolean;
  /** The letter of an axis in sums: n. */
  indexLetter(index: Index): string;
  /** The letter of its number of elements: N. */
  sizeLetter(axis: number): string;
  /** The place of an axis in the order of letters. */
  rank(axis: number): number;
  /** Formulas to write in the place of letters. */
  readonly inlined?: ReadonlyMap<string, Notation>;
}

interface Context {
  readonly style: Style;
  readonly lettering: Lettering;
  /** Whether elementwise products between tensors have a sign. */
  readonly hadamard: boolean;
}

type Writer<K extends Notation["kind"]> = (x: Extract<Notation, { kind: K }>, context: Context) => Written;

const atom = (text: string): Written => ({ text, level: levels.atom });

/** A part in parentheses if it holds together less than its place needs. */
const at = (x: Notation, level: number, context: Context): string => {
  const { text, level: own } = write(x, context);
  return own < level ? context.style.parentheses(text) : text;
};

const plain = (context: Context): Context => ({ ...context, hadamard: false });

const joined = (parts: readonly string[], join: (left: string, right: string) => string): string =>
  parts.reduce((left, right) => join(left, right));

const name = (parts: NameParts, { style }: Context): string => style.letter(parts);

function writeProduct(given: readonly Notation[], context: Context): Written {
  const { style, hadamard, lettering } = context;
  const rank = (x: Notation) => (x.kind === "size" ? lettering.rank(x.axis) : 0);
  const factors = given.every(({ kind }) => kind === "size" || kind === "number")
    ? [...given].sort((a, b) => rank(a) - rank(b))
    : given;
  const isRow = (x: Notation) => x.kind === "transpose" && sameAxes(x.axes, x.of.axes);
  const tensors = factors.filter(({ axes }) => axes.length > 0);
  const signed = hadamard && tensors.length > 1 && !factors.some(isRow);
  const last = tensors.at(-1) ?? factors.at(-1);
  const isOpen = (x: Notation) => x === last && !signed && ["quotient", "total", "matmul"].includes(x.kind);
  const part = (x: Notation) => at(x, isOpen(x) ? levels.product : levels.prefix, context);
  const numbers = factors.filter((x) => !tensors.includes(x)).map(part);
  const others = tensors.map(part);
  const join = (l: string, r: string) => (signed ? style.operator(l, "∘", r) : style.juxtaposed(l, r));
  const right = others.length === 0 ? [] : [joined(others, join)];
  return { text: joined([...numbers, ...right], style.juxtaposed), level: levels.product };
}

/** The factors of a product of matrices. */
const chain = (x: Notation): readonly Notation[] =>
  x.kind === "matmul" ? [...chain(x.a), ...chain(x.b)] : [x];

const letters = (axes: readonly Index[], { lettering }: Context): string[] =>
  axes.map((i) => lettering.indexLetter(i));

/** Letters of a sum, in the order of letters. */
const sumLetters = (over: readonly Index[], context: Context): string[] =>
  letters(
    [...over].sort((a, b) => context.lettering.rank(a.axis) - context.lettering.rank(b.axis)),
    context,
  );

/** [d > 0] for a difference d, as a comparison of its positive and its negative terms. */
function writeComparison(args: readonly Notation[], context: Context): Written {
  const [low, high] = args as [Notation, Notation];
  const { style } = context;
  const [first, second] = high.kind === "sum" ? high.terms : [];
  const isZero = low.kind === "number" && low.value.isZero;
  if (
    isZero &&
    first &&
    second &&
    !first.negative &&
    second.negative &&
    high.kind === "sum" &&
    high.terms.length === 2
  )
    return atom(
      style.bracket(style.operator(write(first.of, context).text, ">", write(second.of, context).text)),
    );
  return atom(style.bracket(style.operator(write(high, context).text, ">", write(low, context).text)));
}

/** max(min(x, b), −b) is x clipped to ±b. */
function writeMaximum(args: readonly Notation[], context: Context): Written {
  const { style } = context;
  const [x, low] = args.map((a) => write(a, plain(context)).text) as [string, string];
  const [inner] = args as [Notation];
  if (inner.kind === "apply" && inner.op.name === "minimum") {
    const [of, high] = inner.args.map((a) => write(a, plain(context)).text) as [string, string];
    if (low === style.negative(high)) return atom(style.call("clip", [of, low, high]));
  }
  return atom(style.call("maximum", [x, low]));
}

/** Rows whose notation is not a name before its operands. */
const functions: Readonly<Record<string, (args: readonly Notation[], context: Context) => Written>> = {
  exp: ([x], context) => context.style.exponential(write(x!, plain(context))),
  sqrt: ([x], context) => atom(context.style.root(write(x!, plain(context)).text)),
  abs: ([x], context) => atom(context.style.absolute(write(x!, plain(context)).text)),
  lt: writeComparison,
  maximum: writeMaximum,
};

/** A product with windows is a correlation x ⋆ w, or, spread back over the elements of the axis, a convolution. */
function writeConvolution({ factors, axes }: IndexedNotation, context: Context): Written | undefined {
  const { style } = context;
  const isWindows = (x: Notation) => x.kind === "opaque" && x.name === "windows";
  const places = factors.find((x) => isWindows(x) && x.axes.length === 3);
  const tensors = factors.filter((x) => !isWindows(x) && x.axes.length > 0);
  const [only, second] = tensors;
  if (!places || !only) return undefined;
  if (!second) {
    const name = has(only.axes, places.axes[0]!) ? "windows" : "toeplitz";
    return atom(style.call(name, [write(only, plain(context)).text]));
  }
  if (tensors.length !== 2) return undefined;
  const [element, output, tap] = places.axes.map((i) => tensors.find((x) => has(x.axes, i)));
  const [i] = places.axes as [Index];
  const pair = element ? [element, tap ?? output] : [output, tap];
  const [left, right] = pair.map((x) => x && at(x, levels.prefix, context));
  if (left === undefined || right === undefined) return undefined;
  const product = style.operator(left, has(axes, i) ? "∗" : "⋆", right);
  const scales = factors.filter((x) => x.axes.length === 0).map((x) => at(x, levels.prefix, context));
  const text =
    scales.length > 0 ? joined([...scales, style.parentheses(product)], style.juxtaposed) : product;
  return { text, level: levels.product };
}

const writers: { readonly [K in Notation["kind"]]: Writer<K> } = {
  number({ value }, { style }) {
    if (value.isInteger || value.isDecimal) {
      const digits = value.isInteger ? String(value.numerator) : String(value.toNumber());
      return atom(style.number(digits));
    }
    return style.fraction(
      atom(style.number(String(value.numerator))),
      atom(style.number(String(value.denominator))),
    );
  },
  constant: ({ name: text }, { style }) => atom(style.sign(text)),
  size: ({ axis }, { style, lettering }) => atom(style.sign(lettering.sizeLetter(axis))),
  letter({ name: text }, context) {
    const inlined = context.lettering.inlined?.get(text);
    if (inlined) return write(inlined, context);
    return atom(name(namePartsOf(text, context.lettering.layered), context));
  },
  opaque: ({ name: text, args }, context) =>
    atom(
      context.style.call(
        text,
        args.map((x) => write(x, plain(context)).text),
      ),
    ),
  sum({ terms }, context) {
    const { style } = context;
    const [first, ...rest] = terms.map((t) => ({ ...t, text: at(t.of, levels.product, context) }));
    const start = first!.negative ? style.negative(first!.text) : first!.text;
    const text = rest.reduce((left, t) => style.operator(left, t.negative ? "−" : "+", t.text), start);
    return { text, level: levels.sum };
  },
  product: ({ factors }, context) => writeProduct(factors, context),
  quotient: ({ top, bottom }, context) =>
    context.style.fraction(write(top, plain(context)), write(bottom, plain(context))),
  power({ of, exponent }, context) {
    const isNumbered = of.kind === "letter" && namePartsOf(of.name, context.lettering.layered).above;
    const numbered = isNumbered && /\d$/.test(of.name);
    const base = at(of, levels.atom, context);
    const { style } = context;
    return {
      text: style.power(numbered ? style.parentheses(base) : base, String(exponent)),
      level: levels.power,
    };
  },
  apply({ op, args }, context) {
    const special = functions[op.name];
    if (special) return special(args, context);
    const { style } = context;
    const written = args.map((x) => write(x, plain(context)));
    const { prefix } = functionName(op.name);
    const [x] = written;
    if (prefix && x && x.level === levels.atom)
      return { text: style.prefixed(op.name, x.text), level: levels.prefix };
    return {
      text: style.call(
        op.name,
        written.map(({ text }) => text),
      ),
      level: levels.atom,
    };
  },
  matmul(x, context) {
    const factors = chain(x).map((f) => at(f, levels.prefix, context));
    return { text: joined(factors, context.style.juxtaposed), level: levels.product };
  },
  transpose: ({ of }, context) => ({
    text: context.style.transposed(at(of, levels.atom, context)),
    level: levels.power,
  }),
  inner: ({ a, b }, context) => atom(context.style.inner(write(a, context).text, write(b, context).text)),
  total: ({ of, over }, context) => ({
    text: context.style.total(sumLetters(over, context), at(of, levels.product, context)),
    level: levels.product,
  }),
  diagonal: ({ of }, context) =>
    of.kind === "number" && of.value.isOne
      ? atom(context.style.sign("I"))
      : atom(context.style.call("diag", [write(of, plain(context)).text])),
  indexed(x, context) {
    const { factors, over } = x;
    const { style } = context;
    const convolution = writeConvolution(x, context);
    if (convolution) return convolution;
    const parts = factors.map((f) =>
      f.axes.length === 0
        ? at(f, levels.prefix, context)
        : style.element(at(f, levels.atom, context), letters(f.axes, context)),
    );
    const product = joined(parts, style.juxtaposed);
    return {
      text: over.length > 0 ? style.total(sumLetters(over, context), product) : product,
      level: levels.product,
    };
  },
};

const write = (x: Notation, context: Context): Written =>
  (writers[x.kind] as (x: Notation, context: Context) => Written)(x, context);

/** A formula in an output format. */
export const render = (x: Notation, style: Style, lettering: Lettering): string =>
  write(x, { style, lettering, hadamard: isStructured(x) }).text;
