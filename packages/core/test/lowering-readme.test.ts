import { readFileSync } from "node:fs";
import { tensor } from "@chainrule/core";
import { expect, it } from "vitest";
import { target } from "../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../src/graph/canonicalize.ts";
import { printStructure } from "../src/graph/print.ts";
import { printProgram } from "../src/lower/ir/print.ts";
import { stagesOf } from "../src/lower/pipeline.ts";

it("the README of lower/ prints what each pass makes of its example", () => {
  const x = tensor([1, 2, 3, 4], { shape: [2, 2] });
  const same = x.neg().neg();
  const y = same.mul(same).add(same).mul(same).add(same);
  const z = y.div(y.sum(1, { keepdim: true }));
  let before = "";
  const stages = stagesOf(canonicalize(graphOf([z.node])), target).flatMap((stage) => {
    const text = "graph" in stage ? printStructure(stage.graph) : printProgram(stage.program);
    const isUnchanged = text === before;
    before = text;
    return isUnchanged ? [] : [`${stage.pass}:\n${text}`];
  });
  const readme = readFileSync(new URL("../src/lower/README.md", import.meta.url), "utf8");
  expect(readme.match(/```text\n(.*?)\n```/s)?.[1]).toBe(stages.join("\n"));
});
