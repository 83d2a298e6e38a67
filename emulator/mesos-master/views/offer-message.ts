import type { Offer as OfferMessage, Url } from "@drover/lib/mesos/types";
import { type Agent, type Framework, hasCapability, type Offer } from "../model";
import type { ResourceForm } from "../resources/resources";

/** How a framework sees resources: old spelling `role` or reservations, allocated role only with MULTI_ROLE. */
export function formFor(framework: Framework, role: string): ResourceForm {
  return {
    spelling: hasCapability(framework.info, "RESERVATION_REFINEMENT") ? "refined" : "old",
    ...(hasCapability(framework.info, "MULTI_ROLE") ? { allocation: role } : {}),
  };
}

/** The message of an offer, in the form its framework understands unless another is given. */
export function offerMessage(offer: Offer, form: ResourceForm = formFor(offer.framework, offer.role)): OfferMessage {
  const { agent, framework } = offer;
  return {
    id: { value: offer.id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    hostname: agent.info.hostname,
    url: agentUrl(agent),
    resources: offer.resources.toList(form),
    ...(agent.info.attributes?.length ? { attributes: agent.info.attributes } : {}),
    ...(agent.info.domain ? { domain: agent.info.domain } : {}),
    ...(agent.executors.size > 0 ? executorIds(offer) : {}),
    ...(agent.unavailability ? { unavailability: agent.unavailability } : {}),
    ...(form.allocation === undefined ? {} : { allocation_info: { role: form.allocation } }),
  };
}

/** Where an agent's own API is. */
export function agentUrl({ info, pid }: Agent): Url {
  const [ip = "", port = "0"] = pid.slice(pid.indexOf("@") + 1).split(":");
  const address = { hostname: info.hostname, ip, port: Number(port) };
  return { scheme: "http", address, path: `/${pid.slice(0, pid.indexOf("@"))}` };
}

/** The framework's executors that run on the agent already. */
function executorIds({ agent, framework }: Offer): Pick<OfferMessage, "executor_ids"> {
  const own = [...agent.executors.values()].filter(({ frameworkId }) => frameworkId === framework.id);
  return own.length > 0 ? { executor_ids: own.map(({ info }) => info.executor_id) } : {};
}
