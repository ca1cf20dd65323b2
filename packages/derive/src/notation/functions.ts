/** How functions are written, by their rows; others by their own names. */
export interface FunctionName {
  readonly text: string;
  readonly latex: string;
  /** Whether a single letter follows without parentheses: ln x. */
  readonly prefix?: boolean;
}

const prefix = (text: string): FunctionName => ({ text, latex: `\\${text}`, prefix: true });

export const functionNames: Readonly<Record<string, FunctionName>> = {
  log: prefix("ln"),
  sin: prefix("sin"),
  cos: prefix("cos"),
  tan: prefix("tan"),
  sinh: prefix("sinh"),
  cosh: prefix("cosh"),
  tanh: prefix("tanh"),
  asin: { text: "arcsin", latex: "\\arcsin", prefix: true },
  acos: { text: "arccos", latex: "\\arccos", prefix: true },
  atan: { text: "arctan", latex: "\\arctan", prefix: true },
  log2: { text: "log₂", latex: "\\log_2" },
  log10: { text: "log₁₀", latex: "\\log_{10}" },
  sigmoid: { text: "σ", latex: "\\sigma" },
  normalCdf: { text: "Φ", latex: "\\Phi" },
  normalPdf: { text: "φ", latex: "\\varphi" },
  lgamma: { text: "ln Γ", latex: "\\ln\\Gamma" },
  digamma: { text: "ψ", latex: "\\psi" },
  trigamma: { text: "ψ′", latex: "\\psi'" },
  relu: { text: "ReLU", latex: "\\operatorname{ReLU}" },
  maximum: { text: "max", latex: "\\max" },
  minimum: { text: "min", latex: "\\min" },
};

export const functionName = (row: string): FunctionName =>
  functionNames[row] ?? { text: row, latex: `\\operatorname{${row}}` };
