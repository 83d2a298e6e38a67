const { Scheduler, Mesos } = require("mesos-framework");

// Runs commands through the library and prints what it hears: `node run.js <host> <port> <tasks>`.
const [masterUrl, port, tasks] = process.argv.slice(2);
const { CommandInfo } = Mesos.getMesos();
const say = (...words) => process.stdout.write(`${words.join(" ")}\n`);

const scheduler = new Scheduler({
  masterUrl,
  port,
  frameworkName: "npm-client",
  // The real heartbeat comes every 15 s.
  masterConnectionTimeout: 20,
  exponentialBackoffMaximum: 2,
  logging: { level: "error" },
  tasks: {
    work: {
      instances: Number(tasks),
      commandInfo: new CommandInfo(null, null, true, "sleep 1000", null, null),
      resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 },
    },
  },
});
scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("subscribed", ({ frameworkId }) => say("SUBSCRIBED", frameworkId));
scheduler.on("update", ({ status }) => say(status.task_id.value, status.state));
scheduler.on("error", (error) => say("ERROR", error.message));
