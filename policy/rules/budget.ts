import { billed } from "../cost/billed";
import { costOf } from "../cost/estimate";
import { priceBasis } from "../cost/prices";
import type { StackRule } from "../rule";

/** The bill is known before anything is made. */
export const budget: StackRule = {
  name: "budget",
  description: "The estimated cost of everything is within the environment's budget.",
  level: "mandatory",
  stack(resources, { environment }) {
    const { monthlyBudget, prices } = environment.policy;
    if (monthlyBudget === undefined) return [];
    const { total, unpriced } = costOf(billed(resources, environment), prices);
    const messages = [
      ...(total > monthlyBudget
        ? [
            `the estimated cost of ${total.toFixed(0)} USD a month is above the budget of ${monthlyBudget} (drover:policy.monthlyBudget, prices: ${priceBasis})`,
          ]
        : []),
      ...(unpriced.length > 0
        ? [
            `no price for ${unpriced.join(", ")}: set drover:policy.prices, in US dollars a month, or there is no estimate`,
          ]
        : []),
    ];
    return messages.map((message) => ({ urn: "", message }));
  },
};
