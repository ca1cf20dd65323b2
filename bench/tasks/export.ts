import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Work } from "./index.ts";
import type { Data } from "./problem.ts";

/** Writes a work for a program in another language: a JSON of its facts, and its arrays, concatenated. */
export function exportProblem(work: Work, folder: string): string {
  const path = join(folder, `${work.name}.json`);
  if (existsSync(path)) return path;
  const entries = Object.entries<Data>(work.tensors());
  const arrays = entries.map(([name, { shape, data }]) => ({
    name,
    shape,
    dtype: data instanceof Int32Array ? "int32" : "float32",
  }));
  writeFileSync(
    `${path}.bin`,
    Buffer.concat(entries.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
  );
  writeFileSync(path, JSON.stringify({ kind: work.kind, hyper: work.hyper, arrays }));
  return path;
}
