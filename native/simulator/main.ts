/** The simulator as a program: `main.ts [--port N] [--seed FILE]...`; prints one JSON line when it is ready. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSimulator } from './client.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, seed: { type: 'string', multiple: true, default: [] } },
});

const simulator = await startSimulator({
  port: Number(values.port),
  seeds: values.seed.map((file) => readFileSync(file, 'utf8')),
});
console.log(JSON.stringify({ port: simulator.port, controlPort: simulator.controlPort }));

// Ends when it is told to by the control port, which closes both servers, or by the system.
process.once('SIGTERM', () => void simulator.stop());
