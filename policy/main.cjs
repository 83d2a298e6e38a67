// The SDK loads packs with a compiler of its own, which knows neither this project's settings nor its packages.
require("tsx/cjs");
require("./pack.ts");
