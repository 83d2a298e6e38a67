/**
 * The type of a resource without module and API version, which differ between releases of an SDK:
 * `azure-native:compute/v20240701:VirtualMachine` and `azure-native:compute:VirtualMachine` are "azure VirtualMachine".
 */
export function kindOf(type: string): string {
  const [sdk = "", , name = ""] = type.split(":");
  return `${sdk.replace("-native", "")} ${name}`;
}
