import { setBackend } from "./evaluate.ts";
import { wasm } from "./wasm/wasm.ts";

setBackend(wasm);
