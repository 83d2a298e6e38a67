/** An IPv4 network in CIDR form, taken apart. */
export interface Subnet {
  cidr: string;
  /** First address as an unsigned 32-bit number. */
  base: number;
  prefix: number;
}

/** "10.0.0.1" as an unsigned number, or undefined when it is no IPv4 address. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

/** The dotted form of an unsigned 32-bit number. */
export function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** Takes "10.77.0.0/24" apart; undefined when it is malformed or its address has host bits set. */
export function parseSubnet(cidr: string): Subnet | undefined {
  const [address = "", bits = "", ...rest] = cidr.split("/");
  const base = parseAddress(address);
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : Number.NaN;
  if (rest.length > 0 || base === undefined || !(prefix >= 8 && prefix <= 30)) return undefined;
  return base % 2 ** (32 - prefix) === 0 ? { cidr, base, prefix } : undefined;
}

/** Offsets into the subnet. The first address is the gateway's; the last one is the broadcast address. */
const frontDoorOffset = 2;
const coreOffset = 9;
const slaveOffset = 20;

/** The highest core id that has an address below the slaves'. */
export const maxCoreId = slaveOffset - coreOffset - 1;

/** How many slaves the subnet has addresses for; negative when it is too small even for the core machines. */
export function slaveCapacity(subnet: Subnet): number {
  return 2 ** (32 - subnet.prefix) - 1 - slaveOffset;
}

export function gatewayAddress(subnet: Subnet): string {
  return formatAddress(subnet.base + 1);
}

export function frontDoorAddress(subnet: Subnet): string {
  return formatAddress(subnet.base + frontDoorOffset);
}

/** The address of the core machine with this id (1 to {@link maxCoreId}): it depends on the id alone. */
export function coreAddress(subnet: Subnet, id: number): string {
  return formatAddress(subnet.base + coreOffset + id);
}

/** The address of slave number n (from 0): it depends on the number alone. */
export function slaveAddress(subnet: Subnet, number: number): string {
  return formatAddress(subnet.base + slaveOffset + number);
}

/** slave-000, slave-001, …: the name of slave number n, which never changes. */
export function slaveName(number: number): string {
  return `slave-${String(number).padStart(3, "0")}`;
}
