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

/**
 * Takes "10.77.0.0/24" apart; undefined when it is malformed or its address has host bits set.
 * @param longest the longest prefix that is allowed; 30 leaves room for two machines
 */
export function parseSubnet(cidr: string, longest = 30): Subnet | undefined {
  const [address = "", bits = "", ...rest] = cidr.split("/");
  const base = parseAddress(address);
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : Number.NaN;
  if (rest.length > 0 || base === undefined || !(prefix >= 8 && prefix <= longest)) return undefined;
  return base % 2 ** (32 - prefix) === 0 ? { cidr, base, prefix } : undefined;
}

/** Offsets into the subnet. The first address is the gateway's; the last one is the broadcast address. */
const frontDoorOffset = 2;
const bastionOffset = 3;
/** Between the bastion and the core machines: what a cloud takes for itself (DHCP, load balancers' own ports). */
const serviceOffsets = [4, 9] as const;
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

export function bastionAddress(subnet: Subnet): string {
  return formatAddress(subnet.base + bastionOffset);
}

/** First and last address that the cloud may give to things of its own. */
export function serviceAddresses(subnet: Subnet): { start: string; end: string } {
  const [start, end] = serviceOffsets.map((offset) => formatAddress(subnet.base + offset)) as [string, string];
  return { start, end };
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
