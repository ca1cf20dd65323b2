/** Prints what this host makes of all runs. */
import { everywhere } from "./runs.ts";

console.log(JSON.stringify(Object.fromEntries([...everywhere].map(([name, run]) => [name, run()]))));
