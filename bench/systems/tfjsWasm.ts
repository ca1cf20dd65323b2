import "@tensorflow/tfjs-backend-wasm";
import { setBackend } from "@tensorflow/tfjs-core";
import { serve } from "../cell.ts";
import { tfjs } from "./tfjs.ts";

await setBackend("wasm");
await serve(tfjs);
