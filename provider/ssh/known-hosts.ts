import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** "ssh-ed25519" out of a public key in SSH's wire format (RFC 4253: a length, then the name). */
function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

/**
 * Trust on first use, as `ssh -o StrictHostKeyChecking=accept-new -o HashKnownHosts=no` does, in the same file: the key
 * that an alias shows first is kept, another one later is refused. Aliases carry the machine's instance id, so a
 * machine that was made again is a new alias, and only then a new key is taken.
 */
export function acceptHostKey(file: string, alias: string, key: Buffer): boolean {
  const type = keyType(key);
  const entry = `${alias} ${type} ${key.toString("base64")}`;
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const known = lines.filter((line) => line.startsWith(`${alias} `));
  if (known.some((line) => line === entry)) return true;
  if (known.some((line) => line.startsWith(`${alias} ${type} `))) return false;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${entry}\n`, { mode: 0o600 });
  return true;
}
