/** placeholder until the policy branch is merged */
import type { Json } from '../spec/decode.ts';
export const encodeV1 = ({ Type, Settings }: { readonly Type: string; readonly Settings?: Json }): Json => ({
  Type,
  ...Settings,
});
