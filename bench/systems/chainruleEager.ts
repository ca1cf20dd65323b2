/** The same without `compile`: every call builds its graph. */
import { serve } from "../cell.ts";
import { works } from "./chainruleWorks.ts";

await serve(works((f) => f));
