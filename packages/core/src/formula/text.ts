import { ChainruleError, type ErrorCode } from "../errors.ts";

/** A part of a text, as indices of its UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The number of characters on each side of a place that an error shows. */
const context = 40;

/** Characters that take no room of their own, such as the hat of x̂. */
const zeroWidth = /[\p{M}\p{Cf}]/gu;

/** The columns that a text takes up. */
const widthOf = (text: string): number => [...text.replace(zeroWidth, "")].length;

/** The line of `text` that holds `span`, shortened around it, and carets under the span. */
export function pointAt(text: string, span: Span): string {
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", span.start);
  const lineEnd = newline < 0 ? text.length : newline;
  const from = span.start - lineStart > context ? span.start - context : lineStart;
  const end = Math.max(Math.min(span.end, lineEnd), span.start);
  const to = lineEnd - end > context ? end + context : lineEnd;
  const left = from > lineStart ? "…" : "";
  const before = `${left}${text.slice(from, span.start)}`;
  const marked = text.slice(span.start, Math.min(end, span.start + 2 * context));
  const cut = span.start + marked.length < end || to < lineEnd;
  const after = span.start + marked.length < end ? "" : text.slice(end, to);
  const line = `${before}${marked}${after}${cut ? "…" : ""}`.replace(/\s/g, " ");
  return `  ${line}\n  ${" ".repeat(widthOf(before))}${"^".repeat(Math.max(1, widthOf(marked)))}`;
}

/** An error at a place of a formula: the message, and the place marked with carets. */
export function errorAt(
  text: string,
  span: Span,
  detail: string,
  { code = "value", op = "formula", cause }: { code?: ErrorCode; op?: string; cause?: unknown } = {},
): ChainruleError {
  return new ChainruleError(code, op, `${detail}\n${pointAt(text, span)}`, { cause });
}
