import { afterEach, expect, test } from "vitest";
import { empty, HttpError, json } from "./reply";
import { Router } from "./router";
import { type HttpServer, listen } from "./server";

let server: HttpServer | undefined;
afterEach(() => server?.close());

async function serve(router: Router): Promise<string> {
  server = await listen(router.handle, 0, "127.0.0.1");
  return `http://127.0.0.1:${server.port}`;
}

test("a request goes to the first route that fits its method and path", async () => {
  const base = await serve(
    new Router()
      .on("GET", "/v2/apps/*app/tasks", ({ params }) => json({ tasks: params.app }))
      .on("GET", "/v2/apps/*app", ({ params, query }) => json({ app: params.app, embed: query.get("embed") }))
      .on("PUT", "/v2/apps/:app", () => empty(204)),
  );
  expect(await (await fetch(`${base}/v2/apps/shop/web%20x/tasks`)).json()).toEqual({ tasks: "shop/web x" });
  expect(await (await fetch(`${base}/v2/apps/shop/web?embed=x`)).json()).toEqual({ app: "shop/web", embed: "x" });
  expect((await fetch(`${base}/v2/apps/shop`, { method: "PUT" })).status).toBe(204);
  expect((await fetch(`${base}/v2/apps/shop`, { method: "HEAD" })).status).toBe(200);
  const refused = await fetch(`${base}/v2/apps/shop`, { method: "DELETE" });
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, PUT"]);
  expect((await fetch(`${base}/v3`)).status).toBe(404);
});

test("bad and large bodies, refusals and faults each have their status", async () => {
  const faults: unknown[] = [];
  const base = await serve(
    new Router({
      bodyLimitBytes: 10,
      translate: (error) => (error instanceof RangeError ? new HttpError(503, "later") : undefined),
      onFault: (error) => faults.push(error),
    })
      .on("POST", "/json", async (context) => json(await context.json()))
      .on("POST", "/refuse", () => {
        throw new HttpError(422, "no");
      })
      .on("POST", "/later", () => {
        throw new RangeError("secret detail");
      })
      .on("POST", "/fault", () => {
        throw new Error("secret detail");
      }),
  );
  const post = (path: string, body: string) => fetch(base + path, { method: "POST", body });
  expect((await post("/json", '{"a":1}')).status).toBe(200);
  expect((await post("/json", "{")).status).toBe(400);
  expect((await post("/json", " ".repeat(11))).status).toBe(413);
  expect((await post("/refuse", "")).status).toBe(422);
  const later = await post("/later", "");
  expect([later.status, await later.text()]).toEqual([503, "later"]);
  const fault = await post("/fault", "");
  expect([fault.status, await fault.text(), faults.length]).toEqual([500, "internal error", 1]);
});
