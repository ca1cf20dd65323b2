import { isPlainObject } from "../arguments/describe.ts";
import { checkArguments, describe, type Kind, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import { sameShape } from "../shape.ts";
import { evaluate, Tensor } from "../tensor/tensor.ts";
import { isParametrized, type Parametrized } from "../transform/treedef.ts";
import { barChart } from "./bar-chart.ts";
import { type Statistics, statisticsOf } from "./statistics.ts";
import { digits, table } from "./text-table.ts";

/** An optimizer that can say what its next step would do, such as those of `@chainrule/optim`. */
export interface Previewing {
  /** The value that `step` would give to each parameter. */
  preview(): ReadonlyMap<Tensor, Tensor>;
}

/** Options of `gradientReport`. */
export interface GradientReportOptions {
  /** The optimizer whose next step is compared with the parameters. */
  readonly optimizer?: Previewing;
  /** Whether a row is a parameter or all parameters of a layer ("parameter"). */
  readonly by?: "parameter" | "layer";
}

/** A parameter, or the parameters of a layer. */
export interface GradientReportRow {
  /** The path of the parameter, or of the layer. */
  readonly name: string;
  /** The number of elements. */
  readonly size: number;
  readonly parameter: Statistics;
  /** Null without a gradient. */
  readonly gradient: Statistics | null;
  /** ‖Δθ‖/‖θ‖ for the next step of the optimizer; null without one. */
  readonly updateRatio: number | null;
}

/** A share in percent; one that is not 0 does not print as 0. */
function percent(share: number): string {
  const rounded = Math.round(100 * share);
  return share > 0 && rounded === 0 ? "<1%" : `${rounded}%`;
}

const decimal = (x: number): string => (Number.isFinite(x) ? digits(x) : String(x));

const cells = (s: Statistics | null): string[] =>
  s ? [decimal(s.norm), decimal(s.max), percent(s.zeros), percent(s.nonFinite)] : ["–", "–", "–", "–"];

const header = ["‖θ‖", "max |θ|", "zeros", "non-finite", "‖g‖", "max |g|", "zeros", "non-finite"];

/**
 * Norms of parameters, gradients and updates: it prints as a table, and draws bars as SVG.
 *
 * @example
 * const w = new Parameter(tensor([3, 4]));
 * w.sum().backward();
 * const [row] = gradientReport({ w }).rows;
 * console.log(row!.parameter.norm, row!.gradient!.max); //=> 5 1
 */
export class GradientReport {
  /** @param rows the rows of the report */
  constructor(
    /** A row for each parameter or layer. */
    readonly rows: readonly GradientReportRow[],
  ) {}

  get #hasUpdates(): boolean {
    return this.rows.some(({ updateRatio }) => updateRatio !== null);
  }

  /** A table with a line for each row. */
  toString(): string {
    const ratio = ({ updateRatio }: GradientReportRow) =>
      this.#hasUpdates ? [updateRatio === null ? "–" : decimal(updateRatio)] : [];
    return table([
      [...header, ...(this.#hasUpdates ? ["‖Δθ‖/‖θ‖"] : []), "parameter"],
      ...this.rows.map((row) => [...cells(row.parameter), ...cells(row.gradient), ...ratio(row), row.name]),
    ]);
  }

  /** The norms and the update-to-weight ratio as bars on logarithmic axes: a self-contained SVG, light or dark. */
  svg(): string {
    const names = this.rows.map(({ name }) => name);
    return barChart("Norms of parameters and gradients", names, [
      { title: "‖θ‖", values: this.rows.map((row) => row.parameter.norm) },
      { title: "‖g‖", values: this.rows.map((row) => row.gradient?.norm ?? null) },
      ...(this.#hasUpdates
        ? [{ title: "‖Δθ‖/‖θ‖", values: this.rows.map(({ updateRatio }) => updateRatio) }]
        : []),
    ]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Parameters with their names: those of a module, or a record of tensors. */
export type NamedParameters = Parametrized | Readonly<Record<string, Tensor>>;

const parametersKind: Kind = {
  holds: (x) => isParametrized(x) || isPlainObject(x),
  message: "a module, or an object of parameters by name",
  fix: "{ w }",
};

const optimizerKind: Kind = {
  holds: (x) => typeof (x as Partial<Previewing> | null)?.preview === "function",
  message: "an optimizer with a method preview(), such as those of @chainrule/optim",
  optional: true,
};

const reportArguments: Signature = {
  parameters: parametersKind,
  options: { optimizer: optimizerKind, by: ["parameter", "layer"] },
};

/** A parameter with its gradient, and the value that the next step would give it. */
interface Entry {
  readonly name: string;
  readonly parameter: Tensor;
  readonly gradient: Tensor | null;
  readonly next: Tensor | undefined;
}

/** @throws unless the optimizer returns a map */
function previewOf(optimizer: Previewing): ReadonlyMap<Tensor, Tensor> {
  const next = optimizer.preview();
  if (next instanceof Map) return next;
  return fail(
    "value",
    "gradientReport",
    `optimizer.preview() returned ${describe(next)}, not a map of tensors`,
  );
}

/** The next value of a parameter, if the optimizer has one. @throws unless it is a tensor of the shape of the parameter */
function nextOf(name: string, parameter: Tensor, next: ReadonlyMap<Tensor, Tensor> | undefined) {
  const value = next?.get(parameter);
  if (value && !(value instanceof Tensor && sameShape(value.shape, parameter.shape)))
    fail(
      "shape",
      "gradientReport",
      `the next value of ${name} is ${describe(value)}, the parameter ${describe(parameter)}`,
    );
  return value;
}

function entriesOf(parameters: NamedParameters, optimizer: Previewing | undefined): Entry[] {
  const named = isParametrized(parameters) ? [...parameters.namedParameters()] : Object.entries(parameters);
  if (named.length === 0) fail("value", "gradientReport", "there are no parameters");
  const next = optimizer && previewOf(optimizer);
  const entries = named.map(([name, parameter]) => {
    if (!(parameter instanceof Tensor))
      fail("dtype", "gradientReport", `${name} is ${describe(parameter)}, not a parameter`);
    return { name, parameter, gradient: parameter.grad, next: nextOf(name, parameter, next) };
  });
  if (entries.every(({ gradient }) => gradient === null))
    fail(
      "gradient",
      "gradientReport",
      "no parameter has a gradient. Did you mean to call loss.backward() before, and zeroGrad() after?",
    );
  return entries;
}

/** The path of the layer of a parameter: that of the parameter without its last part. */
const layerOf = ({ name }: Entry): string => name.slice(0, Math.max(0, name.lastIndexOf("."))) || name;

function rowOf(name: string, entries: readonly Entry[]): GradientReportRow {
  const values = entries.map(({ parameter }) => parameter.data());
  const gradients = entries.flatMap(({ gradient }) => (gradient ? [gradient.data()] : []));
  const updates = entries.flatMap(({ next }, i) =>
    next ? [Float64Array.from(next.data(), (x, e) => x - values[i]![e]!)] : [],
  );
  const parameter = statisticsOf(values);
  return {
    name,
    size: values.reduce((n, list) => n + list.length, 0),
    parameter,
    gradient: gradients.length > 0 ? statisticsOf(gradients) : null,
    updateRatio: updates.length > 0 ? statisticsOf(updates).norm / parameter.norm : null,
  };
}

/**
 * Norm, largest size, share of zeros and share of non-finite elements of each parameter and its gradient, and with an
 * optimizer the ratio ‖Δθ‖/‖θ‖ of its next step, which is about 1e-3 in a run that goes well. It is called between
 * `backward()` and `step()`, and changes nothing.
 *
 * @param parameters a module, or parameters by name
 * @param options `optimizer`, whose next step is measured; `by`, whether a row is a "parameter" (default) or a "layer"
 * @returns the report: `rows`, a table when it is printed, and bars as `svg()`
 * @throws without parameters, without a gradient of any of them, or if the optimizer lacks `preview()`
 *
 * @example
 * const parameters = { w: new Parameter(tensor([3, 4])), b: new Parameter(tensor([0, 2])) };
 * parameters.w.mul(parameters.b).sum().backward();
 * console.log(gradientReport(parameters));
 * //=>  ‖θ‖  max |θ|  zeros  non-finite   ‖g‖  max |g|  zeros  non-finite  parameter
 * //=> 5.00     4.00     0%          0%  2.00     2.00    50%          0%  w
 * //=> 2.00     2.00    50%          0%  5.00     4.00     0%          0%  b
 */
export function gradientReport(
  parameters: NamedParameters,
  options: GradientReportOptions = {},
): GradientReport {
  checkArguments("gradientReport", reportArguments, arguments);
  const { optimizer, by = "parameter" } = options;
  const entries = entriesOf(parameters, optimizer);
  evaluate(
    entries.flatMap(({ parameter, gradient, next }) => [parameter, gradient ?? [], next ?? []].flat()),
  );
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = by === "layer" ? layerOf(entry) : entry.name;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return new GradientReport([...groups].map(([name, group]) => rowOf(name, group)));
}
