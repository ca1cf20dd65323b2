/**
 * Proves that imports point down only: from room to room, from package to package, and without cycles of files. Prints each
 * room with its floor (one above the highest room that it imports) and what it imports.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";

interface Room {
  readonly name: string;
  /** The folders (or single files, without extension) that make up the room. */
  readonly at: readonly string[];
  /** The rooms it may import; without this, every room above it in the table. */
  readonly only?: readonly string[];
  /** Rooms that it may not import although they stand above it in the table. */
  readonly not?: readonly string[];
  /** Whether it may import packages other than ours. */
  readonly libraries?: boolean;
}

const nn = (...parts: string[]) => parts.map((part) => `packages/nn/src/${part}`);
const derive = (...parts: string[]) => parts.map((part) => `packages/derive/src/${part}`);
const core = (...parts: string[]) => parts.map((part) => `packages/core/src/${part}`);

/** Lowest first. Within a room any file may import any other, as long as there is no cycle. */
const rooms: readonly Room[] = [
  { name: "ground", at: core("errors", "shape", "dtype", "arguments") },
  { name: "scalar", at: core("scalar") },
  { name: "graph", at: core("graph") },
  { name: "ops", at: core("ops") },
  { name: "autodiff", at: core("autodiff") },
  ...["target", "ir", "analysis", "graph-passes", "kernel-passes", "verify", "fuse", "pipeline"].map(
    (name) => ({
      name: `lower/${name}`,
      at: core(`lower/${name}`),
      not: ["autodiff"],
    }),
  ),
  { name: "inspect", at: core("inspect"), not: ["autodiff"] },
  {
    name: "backend",
    at: core(
      ...["backend", "hooks", "host", "diagnose-fault", "partition", "evaluate", "interpreter"].map(
        (name) => `backend/${name}`,
      ),
    ),
    not: ["autodiff"],
  },
  ...["target", "assembler", "memory", "abi", "instructions", "gemm", "kernels", "reduce", "nest"].map(
    (name) => ({
      name: `wasm/${name}`,
      at: core(`backend/wasm/${name}`),
      not: ["autodiff", "ops"],
    }),
  ),
  { name: "wasm", at: core("backend/wasm"), not: ["autodiff"] },
  { name: "default backend", at: core("backend/default"), only: ["backend", "wasm"] },
  { name: "compositions", at: core("compositions"), not: ["autodiff"] },
  { name: "rewrites", at: core("rewrites"), not: ["autodiff"] },
  { name: "tensor", at: core("tensor") },
  { name: "formula", at: core("formula"), not: ["autodiff", "backend"] },
  { name: "transform", at: core("transform") },
  { name: "compile", at: core("compile") },
  { name: "debug", at: core("debug") },
  { name: "testing", at: core("testing") },
  { name: "internal", at: core("internal") },
  { name: "index", at: core("index") },
  {
    name: "nn/module",
    at: nn("describe", "children", "parameter", "module", "init"),
    only: ["index", "internal"],
  },
  { name: "nn/functional", at: nn("functional"), only: ["index", "internal", "nn/module"] },
  { name: "nn/losses", at: nn("losses"), only: ["index", "internal", "nn/module", "nn/functional"] },
  { name: "nn/layers", at: nn("layers"), only: ["index", "internal", "nn/module", "nn/functional"] },
  {
    name: "nn",
    at: nn("index", "functional-namespace"),
    only: ["nn/module", "nn/functional", "nn/losses", "nn/layers"],
  },
  { name: "optim", at: ["packages/optim/src"], only: ["index", "internal"] },
  { name: "derive/algebra", at: derive("algebra"), only: ["index", "internal"] },
  { name: "derive/graph", at: derive("graph"), only: ["index", "internal", "derive/algebra"] },
  { name: "derive/notation", at: derive("notation"), only: ["index", "internal", "derive/algebra"] },
  {
    name: "derive/page",
    at: derive("page"),
    only: ["index", "internal", "derive/algebra", "derive/graph", "derive/notation"],
  },
  {
    name: "derive",
    at: derive("index", "derive"),
    only: ["index", "internal", "derive/graph", "derive/page"],
  },
  {
    name: "examples",
    at: ["examples"],
    only: ["index", "testing", "nn", "optim", "derive"],
    libraries: true,
  },
  {
    name: "test",
    at: ["test", ...["core", "nn", "optim", "derive"].map((name) => `packages/${name}/test`)],
    libraries: true,
  },
];

const packages = readdirSync("packages").map((name) => `packages/${name}`);

const files = [...packages.flatMap((home) => [`${home}/src`, `${home}/test`]), "examples", "test"]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file))))
  .filter((file) => file.endsWith(".ts"))
  .sort();

/** The entry points of the packages, as the source file behind each name: `@chainrule/core/testing` → `packages/core/src/…`. */
const entries = new Map(
  packages.flatMap((home) => {
    const { name, exports } = JSON.parse(readFileSync(`${home}/package.json`, "utf8"));
    const source = (path: string) => join(home, exports[path]["@chainrule/source"]);
    return Object.keys(exports).map((path): [string, string] => [join(name, path), source(path)]);
  }),
);

const roomOf = (file: string) =>
  rooms.find(({ at }) => at.some((place) => file === `${place}.ts` || file.startsWith(`${place}/`)));

const packageOf = (file: string) => packages.find((home) => file.startsWith(`${home}/`));

/** Statements start a line, because the formatter puts them there; `import("…")` may be anywhere. */
const importPattern =
  /^(?:import|export)\s(?:[\p{L}\p{M}\w\s$*,{}]*\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"/gmu;

const failures: string[] = [];
const importsOf = new Map(files.map((file) => [file, [] as { target: string; where: string }[]]));
const roomsUsed = new Map(rooms.map((room) => [room, new Set<string>()]));

function checkImport(file: string, room: Room, specifier: string, where: string): void {
  const relative = specifier.startsWith(".");
  const target = relative ? normalize(join(dirname(file), specifier)) : entries.get(specifier);
  if (!target && !room.libraries) failures.push(`${where}: ${room.name} may import no library`);
  const to = target && roomOf(target);
  if (!to) return;
  importsOf.get(file)?.push({ target, where });
  if (relative && packageOf(target) !== packageOf(file))
    failures.push(`${where}: import it by its package's name`);
  if (to === room) return;
  roomsUsed.get(room)?.add(to.name);
  const below = room.only ? room.only.includes(to.name) : rooms.indexOf(to) < rooms.indexOf(room);
  if (!below || room.not?.includes(to.name))
    failures.push(`${where}: ${room.name} may not import ${to.name}`);
}

for (const file of files) {
  const room = roomOf(file);
  const text = readFileSync(file, "utf8");
  if (!room) failures.push(`${file}: is in no room; add its folder to the table in scripts/layers.ts`);
  else
    for (const match of text.matchAll(importPattern)) {
      const specifier = (match[1] ?? match[2]) as string;
      const line = text.slice(0, match.index).split("\n").length;
      checkImport(file, room, specifier, `${file}:${line}: "${specifier}"`);
    }
}

const path: string[] = [];
const done = new Set<string>();
function findCycles(file: string): void {
  path.push(file);
  for (const { target, where } of importsOf.get(file) ?? []) {
    const start = path.indexOf(target);
    if (start >= 0) failures.push(`${where}: closes the cycle ${[...path.slice(start), target].join(" → ")}`);
    else if (!done.has(target)) findCycles(target);
  }
  done.add(path.pop() as string);
}
for (const file of files) if (!done.has(file)) findCycles(file);

const floors = new Map<string, number>();
for (const [room, used] of roomsUsed) {
  const floor = Math.max(-1, ...[...used].map((name) => floors.get(name) ?? 0)) + 1;
  floors.set(room.name, floor);
  const count = files.filter((file) => roomOf(file) === room).length;
  console.log(
    `${String(floor).padStart(2)} ${room.name.padEnd(20)}${String(count).padStart(4)} files → ${[...used].join(" ") || "–"}`,
  );
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exit(1);
const arrows = [...roomsUsed.values()].reduce((n, used) => n + used.size, 0);
console.log(
  `OK: ${files.length} files in ${rooms.length} rooms on ${Math.max(...floors.values()) + 1} floors, ${arrows} arrows: imports point down only and make no cycle`,
);
