/** Expecting a CniError: uvu calls a class given to assert.throws as a function, and does not await. */
import * as assert from 'uvu/assert';
import { CniError, type Code } from '../../src/spec/error.ts';

/** Runs `block`, which must throw a CniError of this code whose message matches; answers it for more checks. */
export function throwsCni(block: () => unknown, code: Code, message: RegExp = /^Cannot /): CniError {
  return checked(() => block(), { code, message });
}

/** The same for what fails later. */
export async function rejectsCni(
  promise: Promise<unknown>,
  code: Code,
  message: RegExp = /^Cannot /,
): Promise<CniError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
  const block = (): unknown => {
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.value;
  };
  return checked(block, { code, message });
}

function checked(block: () => unknown, { code, message }: { code: Code; message: RegExp }): CniError {
  let value: unknown;
  try {
    value = block();
  } catch (thrown) {
    if (!(thrown instanceof CniError)) throw thrown;
    assert.is(thrown.code, code, `${thrown.code}: ${thrown.message}`);
    assert.match(thrown.message, message);
    return thrown;
  }
  throw new Error(`expected an error of code ${code}, got ${String(value)}`);
}
