import { machineOf } from "../model/machine";
import { type Resource, text } from "../resource";
import type { StackRule } from "../rule";

/** Outputs of the cluster's identity, and inputs of credentials, that no machine's metadata may tell. */
const secretProperties = ["caKey", "serverKey", "sshPrivateKey", "password", "secret", "adminPass"];

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Shorter texts are in any user data by chance. */
const shortestSecret = 12;

function secretsOf({ type, inputs }: Resource): [string, string][] {
  if (!/^drover:|Credential|Password/.test(type)) return [];
  return secretProperties.flatMap((key): [string, string][] => {
    const value = text(inputs[key]);
    return value !== undefined && value.length >= shortestSecret ? [[key, value]] : [];
  });
}

/** Every process of a machine can ask the cloud for the machine's user data. */
export const userDataSecrets: StackRule = {
  name: "user-data-secrets",
  description: "No secret is in user data, which every process of the machine can read.",
  level: "mandatory",
  stack(resources, { environment }) {
    const secrets = resources.flatMap((resource) =>
      secretsOf(resource).map(([key, value]) => ({ resource, key, value })),
    );
    return resources.flatMap((resource) => {
      const userData = machineOf(resource, environment)?.userData;
      if (!userData) return [];
      const wrong = (what: string) => ({
        urn: resource.urn,
        message: `the user data of ${resource.name} holds ${what}: let the machine fetch it with its own identity`,
      });
      return [
        ...(privateKey.test(userData.text) ? [wrong("a private key")] : []),
        ...secrets
          .filter(({ value }) => userData.text.includes(value))
          .map(({ resource: owner, key }) => wrong(`${key} of ${owner.name}`)),
      ];
    });
  },
};
