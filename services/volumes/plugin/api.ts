import { HttpError, json, type Reply } from "@drover/lib/http/reply";
import { type Context, Router } from "@drover/lib/http/router";
import type { Logger } from "@drover/lib/log";
import { z } from "zod";
import { BadRequest } from "../bad-request";
import type { CloudVolume } from "../cloud/backend";
import { parseCreateOptions } from "../create-options";
import type { Driver } from "../driver";
import { canonicalName } from "../volume-name";
import type { PluginName, VolumeOwners } from "./names";

export interface PluginArgs {
  /** Under which Docker asks. */
  name: PluginName;
  /** Shared by all names. */
  owners: VolumeOwners;
  driver: Driver;
  defaultSizeGb: number;
  log: Logger;
}

const named = z.object({ Name: z.unknown() });
const used = z.object({ Name: z.unknown(), ID: z.string().default("") });
const created = z.object({ Name: z.unknown(), Opts: z.record(z.string(), z.unknown()).nullish() });

/** Docker's protocol says: a media type of its own. */
const mediaType = "application/vnd.docker.plugins.v1.1+json";

const reply = (value: object) => json({ ...value, Err: "" }, 200, { "Content-Type": mediaType });

function shown(volume: CloudVolume, name: string, mountpoint: string | undefined): object {
  const { sizeGb, fs, type, encrypted, attachedTo, createdAt } = volume;
  return {
    Name: name,
    ...(mountpoint ? { Mountpoint: mountpoint } : {}),
    ...(createdAt ? { CreatedAt: createdAt } : {}),
    Status: { sizeGb, fs, type: type ?? "", encrypted, attachedTo },
  };
}

/** Docker's volume plugin protocol, version 1: POST with JSON; an error is a text in `Err`, with status 500. */
export function pluginApi({ name: plugin, owners, driver, defaultSizeGb, log }: PluginArgs): Router {
  const failure = (error: HttpError): Reply =>
    json({ Err: error.message }, error.status, { "Content-Type": mediaType });
  const router = new Router({ onError: failure });
  const on = (call: string, answer: (body: unknown) => Promise<object>) =>
    router.on("POST", `/${call}`, async (context: Context) => {
      try {
        const body = await context.body();
        return reply(await answer(body.length === 0 ? {} : JSON.parse(body.toString("utf8"))));
      } catch (error) {
        if (error instanceof HttpError) throw error;
        const message =
          error instanceof z.ZodError
            ? `malformed request: ${z.prettifyError(error)}`
            : String((error as Error).message);
        // Docker asks for every name it does not know.
        if (call !== "VolumeDriver.Get")
          log[error instanceof BadRequest ? "warn" : "error"]({ call, error: message }, "refused");
        throw new HttpError(500, message);
      }
    });

  on("Plugin.Activate", async () => ({ Implements: ["VolumeDriver"] }));
  on("VolumeDriver.Capabilities", async () => ({ Capabilities: { Scope: "global" } }));
  on("VolumeDriver.Create", async (body) => {
    const { Name, Opts } = created.parse(body);
    const spec = parseCreateOptions(canonicalName(Name), Opts ?? {}, defaultSizeGb);
    await driver.create(spec);
    owners.claim(spec.name, plugin);
    return {};
  });
  on("VolumeDriver.Remove", async (body) => {
    const name = canonicalName(named.parse(body).Name);
    await driver.remove(name);
    owners.forget(name);
    return {};
  });
  on("VolumeDriver.Mount", async (body) => {
    const { Name, ID } = used.parse(body);
    const name = canonicalName(Name);
    const folder = await driver.mount(name, ID);
    owners.claim(name, plugin);
    return { Mountpoint: folder };
  });
  on("VolumeDriver.Unmount", async (body) => {
    const { Name, ID } = used.parse(body);
    await driver.unmount(canonicalName(Name), ID);
    return {};
  });
  on("VolumeDriver.Path", async (body) => ({ Mountpoint: driver.path(canonicalName(named.parse(body).Name)) ?? "" }));
  on("VolumeDriver.Get", async (body) => {
    const { Name } = named.parse(body);
    const name = canonicalName(Name);
    const volume = owners.isShown(name, plugin) ? await driver.find(name) : undefined;
    if (!volume) throw new BadRequest(`there is no volume ${name}`);
    return { Volume: shown(volume, String(Name), driver.path(name)) };
  });
  on("VolumeDriver.List", async () => ({
    Volumes: (await driver.list())
      .filter(({ name }) => owners.isShown(name, plugin))
      .map((volume) => shown(volume, volume.name, driver.path(volume.name))),
  }));
  return router;
}
