import { expect, test } from "vitest";
import { parseZookeeperUrl } from "./url";

test("a URL names servers, path and credentials", () => {
  expect(parseZookeeperUrl("zk://me:p@ss:w@a:2181,10.0.0.2:2182/mesos/prod/")).toEqual({
    servers: ["a:2181", "10.0.0.2:2182"],
    path: "/mesos/prod",
    credentials: { user: "me", password: "p@ss:w" },
  });
  expect(parseZookeeperUrl("zk://a")).toEqual({ servers: ["a:2181"], path: "/" });
});

test.each([
  ["http://a:2181/x", /zk:\/\//],
  ["zk://a:99999/x", /a:99999/],
  ["zk://a b:1/x", /server/],
  ["zk://secret@a:1/x", /user:password/],
  ["zk://a:1/x/../y", /must not contain/],
])("%s is refused", (url, message) => {
  expect(() => parseZookeeperUrl(url)).toThrow(message);
});

test("an error does not show the password", () => {
  expect(() => parseZookeeperUrl("zk://me:hush@a:0/x")).toThrow(/^(?!.*hush)/);
});
