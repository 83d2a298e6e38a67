import { once } from "node:events";
import type { statfsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { checkFreeDisk, checkPorts } from "./preflight";

const withFree = (bytes: number) => (() => ({ bavail: bytes / 4096, bsize: 4096 })) as unknown as typeof statfsSync;

it("refuses a disk with less than 10 GB free, and says how much there is", () => {
  expect(() => checkFreeDisk("/data", withFree(9.9e9))).toThrow(
    "not enough disk: 9.9 GB are free below /data, 10 GB are needed",
  );
  expect(() => checkFreeDisk("/data", withFree(10.1e9))).not.toThrow();
});

it("names the port that is taken, the key and the command to change it", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  await expect(checkPorts("no-such-stack", { httpPort: port })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken. \`ss -ltnp 'sport = :${port}'\` shows by what; stop that, or choose another port: pulumi config set --path drover:frontDoor.httpPort <port> -s no-such-stack`,
  );
  holder.close();
  await once(holder, "close");
  await expect(checkPorts("no-such-stack", { httpPort: port })).resolves.toBeUndefined();
});
