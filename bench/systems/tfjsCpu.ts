import "@tensorflow/tfjs-backend-cpu";
import { setBackend } from "@tensorflow/tfjs-core";
import { serve } from "../cell.ts";
import { tfjs } from "./tfjs.ts";

await setBackend("cpu");
await serve(tfjs);
