import { tryExec } from "../../system/exec";
import { get } from "../http";

/** How to speak to Azure's resource manager. */
export interface AzureCredentials {
  subscriptionId: string;
  token: string;
}

/** Where Azure answers; tests and sovereign clouds have others. */
export interface AzureEndpoints {
  login: string;
  management: string;
}

export const publicAzure: AzureEndpoints = {
  login: "https://login.microsoftonline.com",
  management: "https://management.azure.com",
};

export const azureHelp = `Azure credentials are needed, either
  - a service principal in the variables ARM_SUBSCRIPTION_ID, ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET, or
  - the session of \`az login\`, with the subscription chosen by \`az account set --subscription <id>\`.
A service principal is made by: az ad sp create-for-rbac --role Owner --scopes /subscriptions/<id>
Owner, or Contributor and "Role Based Access Control Administrator": the stack makes role assignments for its machines.`;

/** A service principal's token, by the client credentials grant. */
async function servicePrincipalToken(env: NodeJS.ProcessEnv, { login, management }: AzureEndpoints): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: env.ARM_CLIENT_ID ?? "",
    client_secret: env.ARM_CLIENT_SECRET ?? "",
    scope: `${management}/.default`,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const url = `${login}/${encodeURIComponent(env.ARM_TENANT_ID ?? "")}/oauth2/v2.0/token`;
  const request = { method: "POST", headers, body: form.toString() } as const;
  return (await get<{ access_token: string }>(url, request, "Azure refuses the service principal")).access_token;
}

/**
 * Finds the credentials: a service principal in the variables, else the session of the Azure CLI.
 * @throws Error that says which are needed
 */
export async function findAzureCredentials(endpoints = publicAzure, env = process.env): Promise<AzureCredentials> {
  const { ARM_SUBSCRIPTION_ID, ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET } = env;
  if (ARM_SUBSCRIPTION_ID && ARM_TENANT_ID && ARM_CLIENT_ID && ARM_CLIENT_SECRET) {
    return { subscriptionId: ARM_SUBSCRIPTION_ID, token: await servicePrincipalToken(env, endpoints) };
  }
  const words = ["account", "get-access-token", "--resource", endpoints.management, "--output", "json"];
  const answer = await tryExec("env", [`PATH=${env.PATH ?? ""}`, "az", ...words], 30_000);
  if (answer === undefined) throw new Error(azureHelp);
  const { accessToken, subscription } = JSON.parse(answer) as { accessToken: string; subscription: string };
  return { subscriptionId: ARM_SUBSCRIPTION_ID ?? subscription, token: accessToken };
}
