/** Randomness and fresh identifiers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A fresh identifier that sorts by the time it was made. */
  id(): string;
}
