import type { Settings } from "../settings";

/** `GET /config`: the settings in force. Passwords are left out. */
export function configView(settings: Settings): Record<string, unknown> {
  const {
    http_credentials: _password,
    mesos_authentication_secret: _secret,
    zk: { servers, path },
    ...shown
  } = settings;
  return {
    ...shown,
    master: settings.master.replace(/\/\/[^/@]*@/, "//"),
    zk: `zk://${servers.join(",")}${path}`,
    enable_features: [...settings.enable_features],
  };
}
