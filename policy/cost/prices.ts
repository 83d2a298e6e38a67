/** What the table below is and since when, in the words that users read. */
export const priceBasis = "rough figures of 2026-11, not looked up in a price list";

const hoursPerMonth = 730;

const hourly = (usd: number) => usd * hoursPerMonth;

/**
 * US dollars a month by what is billed on Azure, written down from general knowledge in November 2026, without looking
 * up a price list: good for the order of magnitude and for finding a digit too many, and for nothing else. Linux, pay as
 * you go, without discounts and traffic. OpenStack clouds have no common prices. drover:policy.prices overrides all.
 */
export const prices: Readonly<Record<string, number>> = {
  Standard_B2ts_v2: hourly(0.0104),
  Standard_B1s: hourly(0.0104),
  Standard_B1ms: hourly(0.0207),
  Standard_B2s: hourly(0.0416),
  Standard_B2ms: hourly(0.0832),
  Standard_B4ms: hourly(0.166),
  Standard_D2s_v5: hourly(0.096),
  Standard_D4s_v5: hourly(0.192),
  Standard_D8s_v5: hourly(0.384),
  Standard_D16s_v5: hourly(0.768),
  Standard_D2ds_v5: hourly(0.113),
  Standard_D4ds_v5: hourly(0.226),
  Standard_D8ds_v5: hourly(0.452),
  Standard_D2as_v5: hourly(0.086),
  Standard_D4as_v5: hourly(0.172),
  Standard_D8as_v5: hourly(0.344),
  Standard_E2s_v5: hourly(0.126),
  Standard_E4s_v5: hourly(0.252),
  Standard_E8s_v5: hourly(0.504),
  Standard_F2s_v2: hourly(0.0846),
  Standard_F4s_v2: hourly(0.169),
  "premium disk 32 GB": 5.28,
  "premium disk 64 GB": 10.21,
  "premium disk 128 GB": 19.71,
  "premium disk 256 GB": 38.02,
  "premium disk 512 GB": 73.22,
  "premium disk 1024 GB": 135.17,
  "public address": hourly(0.005),
  "NAT gateway": hourly(0.045),
  "load balancer": hourly(0.025),
  "container registry Basic": 5.07,
  "container registry Standard": 20.28,
  "container registry Premium": 50.7,
  "private DNS zone": 0.5,
};

/** Sizes in which Azure bills premium disks: the next larger one counts. */
const diskSizesGb = [32, 64, 128, 256, 512, 1024];

/** What a premium disk is called in the table. */
export function diskPriceName(sizeGb: number): string {
  return `premium disk ${diskSizesGb.find((size) => size >= sizeGb) ?? sizeGb} GB`;
}
