import { isIPv4 } from "node:net";

/** Guards for every value that reaches named.conf or a zone file: nothing that fails its grammar is ever written. */

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

export function label(value: string, what: string): string {
  return matching(LABEL.test(value), value, what, "one label of lower-case letters, digits and '-', up to 63 long");
}

export function domainName(value: string, what: string): string {
  return matching(DOMAIN.test(value), value, what, "a domain name in lower case, without a dot at the end");
}

export function address(value: string, what: string): string {
  return matching(isIPv4(value), value, what, "an IPv4 address");
}

/** A network as `10.0.0.0/16`. */
export function network(value: string, what: string): string {
  const [base = "", bits = ""] = value.split("/");
  const isNetwork = isIPv4(base) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && hasNoHostBits(base, Number(bits));
  return matching(isNetwork, value, what, "a network such as 10.0.0.0/16, with no bits set behind the prefix");
}

export function wholeNumber(value: number, what: string, minimum: number, maximum: number): number {
  const isWithin = Number.isInteger(value) && value >= minimum && value <= maximum;
  matching(isWithin, String(value), what, `a whole number from ${minimum} to ${maximum}`);
  return value;
}

function matching(isRight: boolean, value: string, what: string, expected: string): string {
  if (!isRight) throw new Error(`named: ${what} '${value}' must be ${expected}`);
  return value;
}

/** BIND refuses such a network as a whole file. */
function hasNoHostBits(base: string, bits: number): boolean {
  const number = base.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - bits) === 0;
}
