import { once } from "node:events";
import type { statfsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { buildTestImage, docker } from "../../images/test-image";
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

it("a port that the stack's own front door holds is free for it, another one is not", async () => {
  const stack = `preflight-${process.pid}`;
  const door = `drover-${stack}-front-door`;
  const labels = ["--label", "drover.test=tools"];
  const image = await buildTestImage("haproxy");
  await docker("run", "--detach", "--name", door, ...labels, "--publish", "127.0.0.1::80", image, "sleep", "60");
  onTestFinished(async () => void (await docker("rm", "--force", door)));
  const own = Number((await docker("port", door)).split(":").at(-1));
  await expect(checkPorts(stack, { httpPort: own })).resolves.toBeUndefined();
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as AddressInfo;
  await expect(checkPorts(stack, { httpPort: own, httpsPort: port })).rejects.toThrow(`port ${port} on 127.0.0.1`);
}, 60_000);
