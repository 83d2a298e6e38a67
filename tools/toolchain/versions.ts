import { version } from "../../node_modules/@pulumi/pulumi/package.json";

/** The Pulumi CLI's version: the SDK's own, so that there is one number to change (and toolchain/pulumi/go.mod). */
export const pulumiVersion = version;

/** The Go release that builds the toolchain where there is none on PATH; at least what the go.mod files ask for. */
export const goVersion = "1.24.11";

/** The cloud plugins' versions: their SDKs' own. */
export { version as azurePluginVersion } from "../../node_modules/@pulumi/azure-native/package.json";
/** The official docker plugin's version, the one its SDK asks the engine for. */
export { version as dockerPluginVersion } from "../../node_modules/@pulumi/docker/package.json";
export { version as openStackPluginVersion } from "../../node_modules/@pulumi/openstack/package.json";

/** The Node.js release inside images. */
export const nodeVersion = "20.20.2";
