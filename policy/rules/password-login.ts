import { machineOf } from "../model/machine";
import { accounts } from "../model/user-data";
import type { ResourceRule } from "../rule";

/** Passwords can be guessed, and who may log in is decided by keys. */
export const passwordLogin: ResourceRule = {
  name: "password-login",
  description: "Nobody logs in to a machine by password.",
  level: "mandatory",
  resource(resource, { environment }) {
    const machine = machineOf(resource, environment);
    if (!machine) return [];
    const found: string[] = [];
    const wrong = (what: string) =>
      found.push(`${resource.name} allows login by password (${what}): only keys may open a machine`);
    if (machine.cloudLogin.password) wrong("its cloud is told to");
    if (machine.userData) {
      const { config, files } = machine.userData;
      if (config.ssh_pwauth === true) wrong("ssh_pwauth");
      if (config.chpasswd !== undefined || config.password !== undefined) wrong("a password in the user data");
      for (const account of accounts(machine.userData)) {
        const hasPassword = ["passwd", "hashed_passwd", "plain_text_passwd"].some((key) => account[key] !== undefined);
        if (account.lock_passwd === false || hasPassword) wrong(`account ${String(account.name)}`);
      }
      const sshd = files.find(
        ({ path, content }) => /sshd_config/.test(path) && /^\s*PasswordAuthentication\s+yes/im.test(content),
      );
      if (sshd) wrong(sshd.path);
    }
    return found;
  },
};
