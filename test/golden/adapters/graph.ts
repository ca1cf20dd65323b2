import type { Tensor } from "@chainrule/core";
import { type Adapters, attr, NotCovered, type Outputs } from "../adapter.ts";

interface Line {
  readonly op: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly outputs: readonly string[];
}

const isTensor = (y: Outputs): y is Tensor => "node" in y;

/** Programs of other functions: each line is a call of an adapter of `table` on variables. */
export const graph = (table: Adapters): Adapters => ({
  graph: (call) => {
    const variables: Record<string, Tensor> = { ...call.inputs };
    const named = (name: string): Tensor => {
      const x = variables[name];
      if (!x) throw new Error(`the program has no variable ${name}`);
      return x;
    };
    for (const { op, inputs, attrs = {}, outputs } of attr<readonly Line[]>(call, "program", [])) {
      const adapter = table[op];
      if (!adapter) throw new NotCovered(`no adapter for ${op}`);
      const operands = Object.entries(inputs).map(([argument, name]) => [argument, named(name)]);
      const y = adapter({ inputs: Object.fromEntries(operands), attrs });
      const results = isTensor(y) ? [y] : Object.values(y);
      outputs.forEach((name, k) => {
        variables[name] = results[k] as Tensor;
      });
    }
    const names = attr<readonly string[]>(call, "outputs", []);
    return Object.fromEntries(names.map((name) => [name, named(name)]));
  },
});
