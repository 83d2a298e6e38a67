import type { Progress } from "./progress";

/** What the provider does for one type of resource. Properties come without secret and output wrappers. */
export interface ResourceHandler<Inputs, Outputs extends object> {
  /** True when these inputs ask for something else than what there is. */
  changed(olds: Inputs & Outputs, news: Inputs): boolean;
  create(news: Inputs, progress: Progress): Promise<Outputs>;
  /** Takes it away; without it there is nothing to take. */
  remove?(olds: Inputs & Outputs, progress: Progress): Promise<void>;
  update(olds: Inputs & Outputs, news: Inputs, progress: Progress): Promise<Outputs>;
  /** What a refresh finds: the properties as they are, or undefined when it is gone. Default: as the state says. */
  read?(olds: Inputs & Outputs): Promise<(Inputs & Outputs) | undefined>;
}
