const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The host name of an app: its path read backwards below the domain, `/prod/web` is `web.prod.<domain>`. */
export function appHostName(appId: string, domain: string): string {
  return [...appId.split("/").filter(Boolean).reverse(), domain].join(".");
}

/** Lower case, checked by DNS's grammar. @throws Error that says what is wrong */
export function parseHostName(text: string): string {
  const name = text.trim().toLowerCase();
  if (!HOST_NAME.test(name)) {
    throw new Error(`'${text}' is no host name: write labels of up to 63 letters, digits and '-', joined by dots`);
  }
  return name;
}
