/** HNS that words its answers otherwise than the simulator does. */
import type { Args } from '../../native/simulator/call.ts';
import type { TestNode } from './node.ts';

/** From now on endpoint documents are changed on their way out. */
export function answering(node: TestNode, change: (endpoint: string) => string): void {
  const { dispatch } = node.dispatcher;
  Object.assign(node.dispatcher, {
    dispatch: async (call: { readonly process: string; readonly function: string; readonly args: Args }) => {
      const reply = await dispatch(call);
      return call.function === 'HcnQueryEndpointProperties' && reply.response !== undefined
        ? { ...reply, response: change(reply.response) }
        : reply;
    },
  });
}
