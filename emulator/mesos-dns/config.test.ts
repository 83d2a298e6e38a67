import { expect, it } from "vitest";
import { parseConfig } from "./config";

it("takes keys in any case, gives upstream's defaults and names unknown keys", () => {
  const config = parseConfig({
    ZK: "zk://10.0.0.1:2181/mesos",
    Resolvers: ["10.0.0.53:5353"],
    httpPort: 8124,
    email: "x",
  });
  expect(config).toMatchObject({
    ...{ domain: "mesos", ttl: 60, refreshSeconds: 60, soaMname: "ns1.mesos." },
    http: { host: "0.0.0.0", port: 8124 },
    external: { resolvers: [{ address: "10.0.0.53", port: 5353 }] },
    unknownKeys: ["email"],
  });
});

it("shows no secret", () => {
  const mesosCredentials = { principal: "dns", secret: "hidden" };
  const zk = "zk://user:hidden@10.0.0.1:2181/mesos";
  const config = parseConfig({ zk, resolvers: [], externalon: false, mesosAuthentication: "basic", mesosCredentials });
  expect(config.credentials).toEqual(mesosCredentials);
  expect(JSON.stringify(config.shown)).not.toContain("hidden");
});

const wrong: [string, Record<string, unknown>, RegExp][] = [
  ["neither zk nor masters", {}, /one of zk and masters/],
  ["a port as text", { masters: ["10.0.0.1:5050"], port: "53" }, /^port: /],
  ["an unknown source", { masters: ["10.0.0.1:5050"], IPSources: ["rkt"] }, /IPSources\.0/],
  ["itself as resolver", { masters: ["10.0.0.1:5050"], listener: "10.0.0.1", resolvers: ["10.0.0.1"] }, /go round/],
  ["credentials missing", { masters: ["10.0.0.1:5050"], mesosAuthentication: "basic" }, /mesosCredentials/],
];
it.each(wrong)("refuses %s", (_, file, message) => {
  expect(() => parseConfig({ resolvers: ["10.9.9.9"], ...file })).toThrow(message);
});
