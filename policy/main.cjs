// The SDK loads packs with a compiler of its own, which knows neither this project's settings nor its packages.
require("tsx/cjs");
// @pulumi/policy brings a second, newer SDK.
require("@drover/lib/pulumi/quick-start.ts");
require("./pack.ts");
