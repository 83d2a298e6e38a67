import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { waitFor } from "@drover/lib/test/wait";
import { expect, it, onTestFinished } from "vitest";
import { buildTestImage, docker, testNetwork } from "../test-image";

it("gives git the login of the repository's URL, and shows it to nobody", async () => {
  const [image, network] = await Promise.all([buildTestImage("config-server"), testNetwork()]);
  const asked: { authorization: string; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    if (authorization) asked.push({ authorization, response });
    else response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, network.host, resolve));
  onTestFinished(() => void server.close());
  const address = `${network.host}:${(server.address() as AddressInfo).port}`;
  const container = await docker(
    ...["run", "--detach", "--label", "drover.test=edge", "--network", network.name, "--cap-drop", "ALL"],
    ...["--env", `CONFIG_GIT_URL=http://reader:p%40ss%3Aword@${address}/repository`, image],
  );
  onTestFinished(async () => void (await docker("rm", "--force", container)));

  const first = await waitFor("git's question with the login", () => asked[0], 20_000);
  expect(first.authorization).toBe(`Basic ${Buffer.from("reader:p@ss:word").toString("base64")}`);
  // While it waits for the answer.
  const processes = await docker("top", container, "-eo", "pid,args");
  expect(processes).toContain("git-remote-http");
  expect(processes).not.toMatch(/p(@|%40)ss/);
  for (const { response } of asked) response.writeHead(404).end();
  await waitFor("its complaint", async () => (await docker("logs", container)).includes("could not pull"), 20_000);
  expect(await docker("logs", container)).not.toMatch(/p(@|%40)ss/);
}, 120_000);
