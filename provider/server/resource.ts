import type { Progress } from "./progress";

/** Why a property cannot be what the program says. */
export interface Failure {
  property: string;
  reason: string;
}

/** What the provider does for one type of resource. Properties come without secret and output wrappers. */
export interface ResourceHandler<Inputs, Outputs extends object> {
  /**
   * What is wrong with these inputs, asked before anything is done, in previews too. Default: nothing.
   * @param olds inputs that there were before; empty for a resource that is new
   */
  check?(olds: Partial<Inputs>, news: Inputs): Failure[];
  /** True when these inputs ask for something else than what there is. */
  changed(olds: Inputs & Outputs, news: Inputs): boolean;
  create(news: Inputs, progress: Progress): Promise<Outputs>;
  /** Takes it away; without it there is nothing to take. */
  remove?(olds: Inputs & Outputs, progress: Progress): Promise<void>;
  update(olds: Inputs & Outputs, news: Inputs, progress: Progress): Promise<Outputs>;
  /** What a refresh finds: the properties as they are, or undefined when it is gone. Default: as the state says. */
  read?(olds: Inputs & Outputs): Promise<(Inputs & Outputs) | undefined>;
}
