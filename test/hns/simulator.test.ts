/** The port's contract through FFI and the C entry points, against the service on its socket. */
import { startFfiSimulator } from '../support/ffi-simulator.ts';
import { nativeContract } from './contract.ts';

nativeContract('the C entry points', startFfiSimulator);
