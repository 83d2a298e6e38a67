import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { CommandInfo } from "@drover/lib/mesos/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FetcherCache } from "./cache";
import { Fetcher } from "./fetcher";

let sandbox: string;
let server: Server;
let url: string;
let fetcher: Fetcher;
let downloads = 0;

beforeAll(async () => {
  sandbox = mkdtempSync(join(tmpdir(), "mesos-agent-fetch-"));
  fetcher = new Fetcher(new FetcherCache(join(sandbox, "cache"), 3000), 300);
  server = createServer((request, response) => {
    if (request.url?.startsWith("/big")) {
      downloads++;
      response.end("x".repeat(1024));
      return;
    }
    if (request.url === "/moved") {
      response.writeHead(302, { Location: "/data.txt.gz?x=1" }).end();
    } else if (request.url?.startsWith("/data.txt.gz")) {
      response.end(gzipSync("zipped\n"));
    } else if (request.url === "/circle") {
      response.writeHead(302, { Location: "/circle" }).end();
    } else if (request.url === "/silent") {
      response.writeHead(200).flushHeaders();
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(sandbox, { recursive: true });
});

function fetchOne(uri: NonNullable<CommandInfo["uris"]>[number]): Promise<void> {
  return fetcher.fetch([uri], sandbox, undefined, undefined, new AbortController().signal);
}

test("HTTP with query and redirect; gzip is extracted, executables are not", async () => {
  await fetchOne({ value: `${url}/data.txt.gz?version=1` });
  expect(readFileSync(join(sandbox, "data.txt"), "utf8")).toBe("zipped\n");
  await fetchOne({ value: `${url}/moved`, output_file: "bin/tool.gz", executable: true });
  expect(statSync(join(sandbox, "bin/tool.gz")).mode & 0o777).toBe(0o755);
});

test.each([
  ["/none", "answered 404"],
  ["/circle", "redirects more than 5 times"],
  ["/silent", "nothing arrived for 300 ms"],
])("%s fails: %s", async (path, message) => {
  await expect(fetchOne({ value: url + path })).rejects.toThrow(message);
});

test("a target outside the sandbox is refused", async () => {
  await expect(fetchOne({ value: `${url}/data.txt.gz`, output_file: "../x" })).rejects.toThrow("inside the sandbox");
});

test("a cached URI is downloaded once, the one used longest ago makes room, a failed one is tried again", async () => {
  const get = (name: string) => fetchOne({ value: `${url}/${name}`, cache: true });
  await Promise.all([get("big1"), get("big1"), get("big1")]);
  expect(downloads).toBe(1);
  await get("big2");
  await get("big1");
  await get("big3");
  expect(downloads).toBe(3);
  expect(readdirSync(join(sandbox, "cache"))).toHaveLength(2);
  expect(fetcher.cache.usedBytes).toBe(2048);
  await get("big1");
  expect(downloads).toBe(3);
  await get("big2");
  expect(downloads).toBe(4);
  await expect(get("none")).rejects.toThrow("answered 404");
  await expect(get("none")).rejects.toThrow("answered 404");
});
