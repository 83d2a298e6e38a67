const { Scheduler, Mesos } = require("mesos-framework");

// Runs commands through the library and prints what it hears: `node run.js <host> <port> <tasks> <zookeeper>`.
// The library keeps the framework's id and tasks in ZooKeeper and leaves it to a supervisor to start it again when its
// master is lost, so this ends when the stream does.
const [masterUrl, port, tasks, zkUrl] = process.argv.slice(2);
const { CommandInfo, Environment } = Mesos.getMesos();
const say = (...words) => process.stdout.write(`${words.join(" ")}\n`);

const scheduler = new Scheduler({
  masterUrl,
  port,
  frameworkName: "npm-client",
  useZk: true,
  zkUrl,
  // The real heartbeat comes every 15 s.
  masterConnectionTimeout: 20,
  exponentialBackoffMaximum: 2,
  logging: { level: "error" },
  tasks: {
    work: {
      instances: Number(tasks),
      commandInfo: new CommandInfo(null, new Environment([]), true, "sleep 1000", null, null),
      resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 },
    },
  },
});
const lost = (why) => {
  say("ERROR", why);
  process.exit(1);
};
scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("sent_subscribe", () => scheduler.httpRequest.once("close", () => lost("the stream has ended")));
scheduler.on("subscribed", ({ frameworkId }) => say("SUBSCRIBED", frameworkId));
scheduler.on("update", ({ status }) => say(status.task_id.value, status.state));
scheduler.on("error", (error) => lost(error.message));
