import { waitFor } from "@drover/lib/test/wait";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildTestImage, docker } from "../test-image";

/** An ensemble of three in a network of its own, by addresses, as it is on machines. */
const network = `drover-test-zookeeper-${process.pid}`;
const prefix = `10.213.${process.pid % 256}`;
const member = (id: number) => ({ id, name: `${network}-${id}`, address: `${prefix}.${id + 10}` });
const [first, second, third] = [member(1), member(2), member(3)];
const members = [first, second, third];
const HEALTH = "exec 3<>/dev/tcp/127.0.0.1/2181 && printf srvr >&3 && timeout 3 grep ^Mode: <&3";
let image: string;

beforeAll(async () => {
  image = await buildTestImage("zookeeper");
  await docker("network", "create", "--label", "drover.test=edge", "--subnet", `${prefix}.0/24`, network);
  const servers = members.map(({ id, address }) => `server.${id}=${address}:2888:3888;2181`).join(" ");
  await Promise.all(members.map((one) => start(one, `ZOO_SERVERS=${servers}`)));
}, 130_000);

afterAll(async () => {
  await docker("rm", "--force", "--volumes", ...members.map(({ name }) => name));
  await docker("network", "rm", network);
});

function start({ id, name, address }: typeof first, servers: string): Promise<string> {
  return docker(
    ...["run", "--detach", "--label", "drover.test=edge", "--network", network, "--ip", address, "--name", name],
    ...["--cap-drop", "ALL", ...["CHOWN", "FOWNER", "SETGID", "SETUID"].flatMap((cap) => ["--cap-add", cap])],
    ...[`ZOO_MY_ID=${id}`, servers, "JVMFLAGS=-Xmx96m"].flatMap((variable) => ["--env", variable]),
    image,
  );
}

const mode = ({ name }: typeof first) => docker("exec", name, "bash", "-c", HEALTH);

it("forms a quorum, and its health tells a member in it from one without", async () => {
  const modes = () => Promise.all(members.map(mode));
  const found = await waitFor("three healthy members", modes, 30_000);
  expect(found.sort()).toEqual(["Mode: follower", "Mode: follower", "Mode: leader"]);

  await docker("kill", second.name, third.name);
  await waitFor(
    "the lonely member to be unhealthy",
    () =>
      mode(first).then(
        () => false,
        () => true,
      ),
    20_000,
  );
  await docker("start", second.name);
  await waitFor("a quorum of two", () => mode(first), 30_000);
}, 90_000);

it("serves clients and keeps their data over a restart", async () => {
  const servers = [`${first.address}:2181`];
  const client = await ZookeeperClient.connect({ servers });
  await client.create("/kept", Buffer.from("data"));
  await client.close();
  await docker("restart", "--time", "5", first.name);
  await waitFor("the member", () => mode(first), 30_000);
  const again = await ZookeeperClient.connect({ servers });
  expect((await again.get("/kept")).data.toString()).toBe("data");
  await again.close();
});

it("refuses data of another member, and an entry without its client port", async () => {
  const run = (...args: string[]) => docker("run", "--rm", "--label", "drover.test=edge", ...args);
  await expect(run("--volumes-from", first.name, "--env", "ZOO_MY_ID=7", image)).rejects.toThrow(/belongs to member 1/);
  await expect(run("--env", "ZOO_SERVERS=server.1=a:2888:3888", image)).rejects.toThrow(/lacks the client port/);
});
