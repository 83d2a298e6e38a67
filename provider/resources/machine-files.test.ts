import { afterAll, beforeAll, expect, it } from "vitest";
import { Machines } from "../test/machines";
import { type MachineFilesInputs, machineFiles } from "./machine-files";

const number = 0;
const path = "/etc/drover/reader/secret";
let machines: Machines;

/** Reads its secret when it starts, as services do, and cannot start without. */
const unit = `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh -c "cp ${path} /run/seen && exec sleep infinity"
Restart=always
RestartSec=1
`;

beforeAll(async () => {
  machines = await Machines.make("secrets");
  await machines.boot(number, { units: { "reader.service": unit } });
}, 300_000);
afterAll(() => machines?.remove());

it("brings secrets to a machine that is still booting, root's alone, and starts their reader with them", async () => {
  const inputs = (content: string): MachineFilesInputs => ({
    machine: machines.target(number),
    machineId: "m0",
    files: { [path]: content },
    unit: "reader.service",
    timeoutSeconds: 120,
  });
  const seen = (content: string) =>
    machines.run(number, `until [ "$(cat /run/seen)" = '${content}' ]; do sleep 0.1; done; stat -c '%a %U' ${path}`);
  await machineFiles.create(inputs("it's $one"), () => {});
  expect(await seen(`it'"'"'s $one`)).toBe("600 root");
  await machineFiles.update(inputs("it's $one"), inputs("two"), () => {});
  expect(await seen("two")).toBe("600 root");
}, 180_000);
