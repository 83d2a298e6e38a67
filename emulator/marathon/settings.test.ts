import { expect, test } from "vitest";
import { configView } from "./api/config-view";
import { mesosCredentials, readSettings } from "./settings";

const least = { MARATHON_MASTER: "zk://h:2181/mesos" };

test("upstream's defaults; variables of other versions are ignored and named", () => {
  const { settings, ignored } = readSettings({ ...least, MARATHON_EVENT_SUBSCRIBER: "http_callback", OTHER: "x" });
  expect(settings).toMatchObject({
    zk: { servers: ["localhost:2181"], path: "/marathon" },
    http_port: 8080,
    framework_name: "marathon",
    mesos_role: "*",
    failover_timeout: 604_800,
    checkpoint: true,
    decline_offer_duration: 120_000,
    zk_compression: true,
    zk_compression_threshold: 65_536,
  });
  expect(ignored).toEqual(["MARATHON_EVENT_SUBSCRIBER"]);
});

test("switches, credentials and features", () => {
  const { settings } = readSettings({
    ...least,
    MARATHON_DISABLE_CHECKPOINT: "",
    MARATHON_DISABLE_ZK_COMPRESSION: "",
    MESOSPHERE_HTTP_CREDENTIALS: "u:p:q",
    MARATHON_ENABLE_FEATURES: "task_killing, external_volumes",
  });
  expect([settings.checkpoint, settings.zk_compression]).toEqual([false, false]);
  expect(settings.http_credentials).toEqual({ user: "u", password: "p:q" });
  expect([...settings.enable_features]).toEqual(["task_killing", "external_volumes"]);
});

test.each([
  [{}, "MARATHON_MASTER is missing"],
  [{ ...least, MARATHON_HTTP_PORT: "x" }, "MARATHON_HTTP_PORT"],
  [{ ...least, MARATHON_ENABLE_FEATURES: "magic" }, "unsupported features magic"],
  [{ ...least, MARATHON_SSL_KEYSTORE_PATH: "/k" }, "MARATHON_SSL_KEYSTORE_PATH: not supported"],
  [{ ...least, MARATHON_LOGGING_LEVEL: "loud" }, "'loud' is not a level"],
  [{ ...least, MARATHON_LOCAL_PORT_MIN: "9", MARATHON_LOCAL_PORT_MAX: "8" }, "LOCAL_PORT_MIN is above"],
])("%j is refused", (environment, message) => {
  expect(() => readSettings(environment)).toThrow(message);
});

test("authentication without a principal or secret is refused", () => {
  const { settings } = readSettings({ ...least, MARATHON_MESOS_AUTHENTICATION: "" });
  expect(() => mesosCredentials(settings)).toThrow("MARATHON_MESOS_AUTHENTICATION_PRINCIPAL");
});

test("the settings are shown without passwords", () => {
  const { settings } = readSettings({
    MARATHON_MASTER: "zk://u:hidden@h:2181/mesos",
    MARATHON_ZK: "zk://u:hidden@h:2181/marathon",
    MARATHON_HTTP_CREDENTIALS: "u:hidden",
    MARATHON_MESOS_AUTHENTICATION_SECRET: "hidden",
  });
  expect(configView(settings)).toMatchObject({
    zk: "zk://h:2181/marathon",
    master: "zk://h:2181/mesos",
    checkpoint: true,
  });
  expect(JSON.stringify(configView(settings))).not.toContain("hidden");
});
