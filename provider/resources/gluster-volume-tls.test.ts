import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { brickFolder, storageNames, volumeOptions } from "../../components/storage/volume-rules";
import { environmentOf } from "../../stacks/environment";
import { glusterServer } from "../../templates/storage/glusterd";
import { sharedVolumeClient } from "../../templates/storage/shared-volume";
import { expected, until } from "../../test/cluster/support/until";
import { restoreSharedVolume, saveSharedVolume } from "../../tools/backup/shared-volume";
import { issueMemberCertificate, makeAuthority } from "../pki/certificates";
import { Machines } from "../test/machines";
import { type GlusterVolumeInputs, glusterVolume } from "./gluster-volume";

const [server, client, stranger] = [1, 2, 3];
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "drover-volume-"));
let machines: Machines;

async function tls(authority: Awaited<ReturnType<typeof makeAuthority>>, commonName: string) {
  const { certificate, key } = await issueMemberCertificate(authority, commonName);
  return { certificate, key, authority: authority.caCertificate };
}

beforeAll(async () => {
  machines = await Machines.make("tls");
  const [authority, other] = [await makeAuthority("test"), await makeAuthority("other")];
  const servers = [machines.address(server)];
  await Promise.all([
    machines.boot(server, glusterServer(await tls(authority, storageNames.server))),
    machines.boot(client, sharedVolumeClient(servers, await tls(authority, storageNames.client))),
    machines.boot(stranger, sharedVolumeClient(servers, await tls(other, storageNames.client))),
  ]);
  await until("SSH and glusterd", 120, () =>
    machines.run(server, "systemctl is-active ssh && systemctl is-active glusterd"),
  );
}, 240_000);
afterAll(async () => {
  await machines.remove();
  rmSync(folder, { recursive: true });
}, 60_000);

it("with TLS a client with a certificate of the cluster's authority has the volume, and no other", async () => {
  const environment = environmentOf("test", {
    "drover:network": JSON.stringify({ subnet: machines.subnet }),
    "drover:core": JSON.stringify({ m1: { id: 1 } }),
    "drover:sharedVolume": JSON.stringify({ tls: true }),
  });
  const inputs: GlusterVolumeInputs = {
    name: "gv0",
    brickFolder,
    servers: [machines.target(server)],
    replicas: 1,
    machineIds: ["1"],
    options: volumeOptions(environment),
    poolOptions: {},
    quotasGb: {},
    retain: false,
    timeoutSeconds: 60,
  };
  await glusterVolume.create(inputs, () => {});
  await until("the client's mount", 60, () =>
    machines.run(client, "timeout 10 drover-shared-volume wait && echo mounted"),
  );
  await machines.run(client, "echo secret > /mnt/gv0/file");
  await expect(machines.run(stranger, "timeout 5 drover-shared-volume wait")).rejects.toThrow();
  await expect(machines.run(stranger, "cat /mnt/gv0/file")).rejects.toThrow();
  const plain = `openssl s_client -brief -connect ${machines.address(server)}:24007 </dev/null 2>&1`;
  expect(await machines.run(client, `${plain} || true`)).toMatch(/TLSv1\.[23]/);
});

it("its files are saved over SSH and put back", async () => {
  const archive = join(folder, "volume.tar.gz");
  await machines.run(client, "mkdir /mnt/gv0/a && seq 100000 > /mnt/gv0/a/numbers && chown 33:44 /mnt/gv0/a/numbers");
  await saveSharedVolume(machines.target(server), archive);
  await machines.run(client, "rm -r /mnt/gv0/a && echo changed > /mnt/gv0/file");
  await restoreSharedVolume(machines.target(server), archive);
  // For a second the client's kernel goes on with the file that was there before.
  await until("the client to see what was put back", 10, async () => {
    const show = "cat /mnt/gv0/file; wc -l < /mnt/gv0/a/numbers; stat -c %u:%g /mnt/gv0/a/numbers";
    const seen = await machines.run(client, show);
    expected(seen === "secret\n100000\n33:44", seen);
    return true;
  });
});
