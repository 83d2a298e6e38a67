import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { build, shipped } from "./program";

/** Members of an interface by name, with the text of their types. */
type Members = ReadonlyMap<string, string>;

function membersOf(node: ts.InterfaceDeclaration, source: ts.SourceFile): Members {
  return new Map(
    node.members
      .filter(ts.isPropertySignature)
      .map((member) => [member.name.getText(source), member.type?.getText(source) ?? ""]),
  );
}

/** All interfaces of a declaration file: "compute.SecurityProfileArgs" -> members. */
function interfacesOf(file: string): Map<string, Members> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const found = new Map<string, Members>();
  const visit = (node: ts.Node, prefix: string) => {
    if (ts.isInterfaceDeclaration(node)) found.set(`${prefix}${node.name.text}`, membersOf(node, source));
    else if (ts.isModuleDeclaration(node))
      ts.forEachChild(node, (child) => visit(child, `${prefix}${node.name.text}.`));
    else ts.forEachChild(node, (child) => visit(child, prefix));
  };
  visit(source, "");
  return found;
}

const memo = new Map<string, Map<string, Members>>();

function interfaces(file: string): Map<string, Members> {
  const known = memo.get(file) ?? interfacesOf(file);
  memo.set(file, known);
  return known;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Where an SDK declares a type: "openstack:compute/instance:Instance", "azure-native:compute:VirtualMachine". */
function declarationOf(type: string): { sdk: string; file: string; name: string } {
  const [sdk = "", path = "", name = ""] = type.split(":");
  const folder = join("node_modules", "@pulumi", sdk);
  const module = path.split("/")[0] === "index" ? "" : (path.split("/")[0] ?? "");
  const file = path.startsWith("pulumi:") ? "" : join(folder, module, `${path.split("/")[1] ?? lowerFirst(name)}.d.ts`);
  return { sdk: folder, file, name };
}

/** Every input of a value that the SDK does not declare, by path. */
function undeclared(value: unknown, members: Members, sdk: string, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const type = members.get(key);
    if (type === undefined) return [`${path}.${key}`];
    const nested = /inputs\.([\w.]+)/.exec(type)?.[1];
    const known = nested && interfaces(join(sdk, "types", "input.d.ts")).get(nested);
    if (!known) return [];
    const items: unknown[] = Array.isArray(inner) ? inner : [inner];
    return items.flatMap((item) => undeclared(item, known, sdk, `${path}.${key}`));
  });
}

/** What the program gives a resource, against what its SDK declares. */
function problems(type: string, name: string, inputs: Record<string, unknown>): string[] {
  const declared = declarationOf(type);
  if (!existsSync(declared.file)) return [`${type} is not in ${dirname(declared.file)}`];
  const args = interfaces(declared.file).get(`${declared.name}Args`);
  if (!args) return [`${declared.file} has no ${declared.name}Args`];
  return undeclared(inputs, args, declared.sdk, `${type} ${name}`);
}

describe.each(["local", "openstack", "azure", "azure-test"])("the SDKs of %s", async (stack) => {
  const { resources } = await build(stack, shipped(stack));
  const custom = [...resources.values()].filter(({ type }) => /^(docker|openstack|azure-native):/.test(type));

  it("declare every type and every input, nested ones too, that the program gives them", () => {
    expect(custom.length).toBeGreaterThan(20);
    expect(custom.flatMap(({ type, name, inputs }) => problems(type, name, inputs))).toEqual([]);
  });
});

it("an input or a type that an SDK does not have is found", () => {
  const type = "azure-native:compute:VirtualMachine";
  expect(
    problems(type, "m", { vmName: "m", sise: 1, securityProfile: { encryptionAtHost: true, encryptAll: true } }),
  ).toEqual([`${type} m.sise`, `${type} m.securityProfile.encryptAll`]);
  expect(problems("openstack:compute/instanze:Instanze", "m", {})).toEqual([
    "openstack:compute/instanze:Instanze is not in node_modules/@pulumi/openstack/compute",
  ]);
});
