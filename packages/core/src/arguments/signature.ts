import { describe, isPlainObject } from "./describe.ts";
import { type Kind, kinds } from "./kinds.ts";

type KindName = keyof typeof kinds;
/** The strings that are accepted. */
type Choices = readonly string[];
/** The type of an argument: a kind, which `?` makes optional, or one of several strings. */
export type ParameterType = KindName | `${KindName}?` | Choices | Kind;

/** Options by name, all of them optional. */
export interface Options {
  readonly [option: string]: ParameterType;
}

/**
 * The arguments of a function by name, in order. A kind followed by `...` is a list, in first position, whose elements may
 * also be separate arguments; a kind after `...` is a rest parameter.
 */
export interface Signature {
  readonly [parameter: string]:
    | ParameterType
    | `${KindName}...`
    | `${KindName}?...`
    | `...${KindName}`
    | Options;
}

/** A signature for each function of a table. */
export type Signatures<Table> = { readonly [K in keyof Table]: Signature };

export interface Parameter extends Kind {
  readonly name: string;
  readonly optional: boolean;
  readonly variadic: boolean;
  readonly options?: readonly Parameter[];
}

/** The name of the first option in `x` that is unknown or of another kind. */
export const findWrongOption = (
  x: Record<string, unknown>,
  options: readonly Parameter[],
): string | undefined =>
  Object.keys(x).find((name) => {
    const option = options.find((o) => o.name === name);
    return !option || !(x[name] === undefined || option.holds(x[name]));
  });

const isKind = (type: Kind | Options): type is Kind => typeof (type as Kind).holds === "function";
const isChoices = (type: Choices | Kind | Options): type is Choices => Array.isArray(type);

function parseParameter(name: string, type: Signature[string]): Parameter {
  if (typeof type === "string") {
    const kind: Kind = kinds[type.replace(/\.\.\.|\?/g, "") as KindName];
    return {
      ...kind,
      name,
      optional: type.includes("?"),
      variadic: type.endsWith("..."),
      rest: type.startsWith("..."),
    };
  }
  const required = { name, optional: false, variadic: false };
  if (isChoices(type))
    return {
      ...required,
      holds: (x) => type.includes(x as string),
      message: `one of ${type.map(describe).join(", ")}`,
    };
  if (isKind(type)) return { ...required, ...type };
  const options = parametersOf(type);
  return {
    ...required,
    optional: true,
    options,
    holds: (x) => isPlainObject(x) && findWrongOption(x, options) === undefined,
    message: `options { ${options.map((o) => o.name).join(", ")} }`,
  };
}

const parameterCache = new WeakMap<Signature, readonly Parameter[]>();

/** The parsed parameters of a signature, parsed once. */
export function parametersOf(signature: Signature): readonly Parameter[] {
  const cached = parameterCache.get(signature);
  if (cached) return cached;
  const parameters = Object.entries(signature).map(([name, type]) => parseParameter(name, type));
  parameterCache.set(signature, parameters);
  return parameters;
}
