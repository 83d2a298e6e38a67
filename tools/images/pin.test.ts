import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseReference, pinned } from "./pin";

const digest = `sha256:${"ab".repeat(32)}`;
let server: Server;
let host = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", `http://${host}`);
    if (url.pathname === "/token") {
      response.end(
        JSON.stringify({ token: `for ${url.searchParams.get("scope")} of ${url.searchParams.get("service")}` }),
      );
    } else if (request.headers.authorization !== "Bearer for repository:team/app:pull of registry") {
      const realm = `Bearer realm="http://${host}/token",service="registry"`;
      response.writeHead(401, { "www-authenticate": realm }).end();
    } else if (request.method === "HEAD" && url.pathname === "/v2/team/app/manifests/1.2") {
      response.writeHead(200, { "docker-content-digest": digest }).end();
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe("an image reference", () => {
  it.each([
    ["zookeeper:3.8.6", "https://registry-1.docker.io", "library/zookeeper", "3.8.6"],
    ["mesosphere/marathon:v1.11.24", "https://registry-1.docker.io", "mesosphere/marathon", "v1.11.24"],
    [`registry.example.org:5000/a/b/c:1@${digest}`, "https://registry.example.org:5000", "a/b/c", "1"],
  ])("%s is taken apart as Docker does", (text, registry, repository, tag) => {
    expect(parseReference(text)).toMatchObject({ registry, repository, tag });
  });

  it("gets the digest that its tag has now, in place of the one it had", async () => {
    expect(await pinned(`${host}/team/app:1.2`)).toBe(`${host}/team/app:1.2@${digest}`);
    expect(await pinned(`${host}/team/app:1.2@sha256:${"00".repeat(32)}`)).toBe(`${host}/team/app:1.2@${digest}`);
  });

  it("that a registry does not have, or that names no tag, is said", async () => {
    await expect(pinned(`${host}/team/app:9`)).rejects.toThrow(
      `${host}/team/app:9 cannot be pinned: http://${host}/v2/team/app/manifests/9 answers 404`,
    );
    await expect(pinned(`127.0.0.1:1/team/app:9`)).rejects.toThrow(
      "127.0.0.1:1/team/app:9 cannot be pinned: fetch failed",
    );
    expect(() => parseReference("zookeeper")).toThrow("zookeeper names no tag");
  });
});
