import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { slaveUserData } from "../../components/slaves/slave";
import { environmentOf } from "../../stacks/environment";
import { glusterServer } from "../storage/glusterd";
import { renderEnvFile } from "./env-file";
import { filesOf, inMachine, placeFiles } from "./in-machine";
import { renderContainerUnit, unitWord } from "./unit";
import { renderUserData } from "./user-data";

const environment = environmentOf("test", { "drover:slaves": "1" });
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFvT6g8mDYVQ0L5bT2rI3m1Zc6Wn9eVxqk2Jt5sYxhQd test";
const slave = environment.slaves[0];
if (!slave) throw new Error("the environment has no slave");
const userData = {
  core: renderUserData({
    hostname: "ops100",
    domain: environment.domain,
    resolvers: ["10.77.0.10"],
    sshPublicKey: key,
    ...glusterServer(undefined),
  }),
  slave: slaveUserData(slave, { environment, sshPublicKey: key, imageOf: (service) => `drover/${service}:1` }),
};

describe.each(Object.entries(userData))("user data of a %s", (role, text) => {
  it("is valid for cloud-init", () => {
    const { status, output } = inMachine("cat > /tmp/ud && cloud-init schema --config-file /tmp/ud", text);
    expect(output).toContain("Valid");
    expect(status).toBe(0);
  });

  it("has only units that systemd accepts", () => {
    const files = filesOf(text);
    const units = files.filter(({ path }) => path.endsWith(".service"));
    expect(units.length).toBe(role === "slave" ? 7 : 3);
    const verify = `systemd-analyze verify --man=no ${units.map(({ path }) => path).join(" ")} 2>&1 | grep -E 'drover-|glusterd|mesos-agent|edge|haproxy|volumes' ; true`;
    expect(inMachine(placeFiles(files) + verify, "").output).toBe("");
  });

  it("lets nobody in by password, and holds no private key", () => {
    const config = parse(text) as { ssh_pwauth: boolean; users: { lock_passwd: boolean }[] };
    expect(config.ssh_pwauth).toBe(false);
    expect(config.users.every((user) => user.lock_passwd)).toBe(true);
    expect(text).not.toContain("PRIVATE KEY");
  });
});

describe("values in files", () => {
  it("cannot break out of an env file", () => {
    expect(renderEnvFile({ A: "x y=$z 'q'" })).toBe("A=x y=$z 'q'\n");
    expect(() => renderEnvFile({ A: "x\nB=y" })).toThrow("the value of A has a line break");
    expect(() => renderEnvFile({ "A B": "x" })).toThrow('"A B" cannot name a variable');
  });

  it("cannot break out of a unit's command", () => {
    expect(unitWord("plain-word:1")).toBe("plain-word:1");
    expect(unitWord('a "b" $c %d\n')).toBe('"a \\"b\\" $$c %%d\\n"');
    const unit = renderContainerUnit({
      name: "x",
      description: "x",
      image: "i:1",
      options: ["--env=A=b\nExecStart=/bin/false"],
      memoryMb: 32,
      cpus: 1,
    });
    expect(unit.split("\n").filter((line) => line.startsWith("ExecStart="))).toHaveLength(1);
  });
});
