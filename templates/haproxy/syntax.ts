/** Guards for every value that reaches an HAProxy configuration: nothing that fails its grammar is ever written. */

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const FILE_PATH = /^\/[A-Za-z0-9_./-]+$/;
const URL_PATH = /^\/[A-Za-z0-9_./~-]*$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;

function matching(grammar: RegExp, expected: string): (value: string, what: string) => string {
  return (value, what) => {
    if (!grammar.test(value)) {
      throw new Error(`haproxy.cfg: ${what} '${value}' must be ${expected}`);
    }
    return value;
  };
}

/** A name of a server, frontend or backend. */
export const name = matching(NAME, "letters, digits, '_', '.' and '-'");
/** A DNS name in lower case, or an IPv4 address. */
export const host = matching(HOST_NAME, "a host name in lower case or an IPv4 address");
export const filePath = matching(FILE_PATH, "an absolute path of letters, digits, '_', '.', '-' and '/'");
export const urlPath = matching(URL_PATH, "a URL path of letters, digits, '_', '.', '~', '-' and '/'");
export const sha256Hex = matching(SHA256_HEX, "a SHA-256 digest of 64 lower-case hexadecimal digits");

export function port(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new Error(`haproxy.cfg: ${what} '${value}' must be a port from 1 to 65535`);
  }
  return value;
}

/**
 * One word in double quotes, every character meant as it stands.
 * @throws Error for control characters, which no quoting carries
 */
export function quoted(value: string, what: string): string {
  if (/\p{Cc}/u.test(value)) {
    throw new Error(`haproxy.cfg: ${what} must not contain control characters`);
  }
  return `"${value.replace(/[\\"$]/g, "\\$&")}"`;
}

/** As {@link quoted}, for places where HAProxy would read `%[…]` as an expression. */
export function quotedFormat(value: string, what: string): string {
  return quoted(value.replaceAll("%", "%%"), what);
}
