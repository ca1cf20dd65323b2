import { compile } from "@chainrule/core";
import { serve } from "../cell.ts";
import { works } from "./chainruleWorks.ts";

await serve(works(compile));
