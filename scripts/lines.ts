/** Prints how many lines of code (neither blank nor comment) each room has, in how many files, and the median file. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path/posix";

const rooms = new Map<string, number[]>();

const folders = [...readdirSync("packages").map((name) => `packages/${name}/src`), "examples", "test"];
for (const folder of folders.filter((path) => existsSync(path)))
  for (const file of readdirSync(folder, { recursive: true }).map(String).sort()) {
    if (!file.endsWith(".ts")) continue;
    const code = readFileSync(join(folder, file), "utf8")
      .replace(/^\s*\/\*[\s\S]*?\*\/[ \t]*$/gm, "")
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.trim().startsWith("//"));
    const depth = file.indexOf("/");
    const room = folder.startsWith("packages/") && depth > 0 ? join(folder, file.slice(0, depth)) : folder;
    rooms.set(room, [...(rooms.get(room) ?? []), code.length]);
  }

function print(room: string, sizes: readonly number[]): void {
  const sorted = [...sizes].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const lines = sizes.reduce((a, b) => a + b, 0);
  const row = [
    room.padEnd(28),
    `${lines}`.padStart(6),
    `${sizes.length}`.padStart(6),
    `${median}`.padStart(7),
  ];
  console.log([...row, `${sorted.at(-1) ?? 0}`.padStart(8)].join(""));
}

console.log(`${"room".padEnd(28)} lines files median longest`);
for (const [room, sizes] of rooms) print(room, sizes);
print("total", [...rooms.values()].flat());
