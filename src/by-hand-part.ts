/** Takes the place of by-hand.ts in the executables, where the whole program is a part of its own: only a person's command loads it. */
import { environment } from './edge.ts';

declare const require: NodeJS.Require;

/** Has the whole program begin, which finds the same arguments. */
export function byHand(): void {
  // main.ts has stopped the counting, and would again in the whole program, of which Node complains.
  delete environment['NODE_V8_COVERAGE'];
  const { getAsset } = process.getBuiltinModule('node:sea');
  const { Script } = process.getBuiltinModule('node:vm');
  const whole = new Script(getAsset('whole.cjs', 'utf8'), { filename: 'wincni-whole.cjs' });
  (whole.runInThisContext() as (take: NodeJS.Require) => void)(require);
}
