/** Seconds since the epoch, with a fraction: the times of the API. */
export function nowSeconds(): number {
  return Date.now() / 1000;
}
