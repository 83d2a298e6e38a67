import { expect, test } from "vitest";
import { readSettings } from "./settings";

const least = ["--master", "zk://h:2181/mesos"];

test("flags come as arguments, as upstream's image gets them, or as variables", () => {
  const words = [...least, "--zk_hosts", "a:1,b", "--failure_retry=5", "--mesos_checkpoint", "--hostname", "h"];
  expect(readSettings(words, { PORT0: "4400", PORT1: "4401", LIBPROCESS_IP: "1.2.3.4" })).toMatchObject({
    zk_hosts: ["a:1", "b:2181"],
    failure_retry: 5,
    mesos_checkpoint: true,
    http_port: 4400,
  });
  const variables = { CHRONOS_MASTER: "h:5050", CHRONOS_ZK_HOSTS: "zk://a:1,b:2/dropped", CHRONOS_HTTP_PORT: "1" };
  expect(readSettings([], variables)).toMatchObject({ master: "h:5050", zk_hosts: ["a:1", "b:2"], http_port: 1 });
  expect(readSettings(least, {})).toMatchObject({
    zk_path: "/chronos/state",
    http_port: 8080,
    mesos_task_mem: 128,
    reconciliation_interval: 600,
  });
});

test.each([
  [[...least, "--zk_hosts", "zk://u:secret@h:1/x"], /zk_auth/],
  [[...least, "--slack_url", "http://x"], /slack_url: not supported/],
  [[...least, "--mesos_task_cpu", "0"], /above 0/],
  [[...least, "--falure_retry", "5"], /nearest one is CHRONOS_FAILURE_RETRY/],
  [[...least, "x"], /write --flag value/],
  [[], /CHRONOS_MASTER is missing/],
])("%j is refused, without a secret in what it says", (words, message) => {
  const read = () => readSettings(words, {});
  expect(read).toThrow(message);
  expect(read).not.toThrow(/secret/);
});
