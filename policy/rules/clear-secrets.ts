import { containersOf } from "../model/container";
import type { ResourceRule } from "../rule";

/** What programs call their secrets; a name that ends in _FILE says where one lies, which is as it should be. */
const secretName = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?)$/i;

const secretFlag = /^--?[a-z0-9_-]*(password|passphrase|secret|token|private-key|api-key)[=]\S/i;

/** Variables and commands are read by whoever may run `docker inspect` or `ps`. */
export const clearSecrets: ResourceRule = {
  name: "clear-secrets",
  description: "No secret is in a variable or a command of a container.",
  level: "mandatory",
  resource(resource, { environment }) {
    return containersOf(resource, environment).flatMap(({ name, variables, command }) => {
      const names = variables.flatMap((line) => {
        const [variable = "", ...value] = line.split("=");
        return secretName.test(variable) && value.join("=") !== "" ? [variable] : [];
      });
      const words = command.filter((word) => secretFlag.test(word)).map((word) => word.split("=")[0] ?? "");
      return [...names, ...words].map(
        (what) => `container ${name} has a secret in clear (${what}): put it into a file that only the container reads`,
      );
    });
  },
};
