/**
 * Makes what is injected into an executable, its code cache included: `node sea-blob.js CONFIG NODE [OPTION ...]`. V8 takes a
 * code cache only from itself, run with the same options: NODE is the target's own, which a Windows one is under Wine.
 */
import { must } from './run.js';
import * as wine from './wine.js';

const [config, node, ...options] = process.argv.slice(2);
// Without a seed of its own V8 takes another one each time, and the bytes would be others each time.
const args = [...options, '--random-seed=1', '--experimental-sea-config'];

if (node.endsWith('.exe')) {
  const { code, stdout, stderr } = await wine.run(node, [...args, wine.windowsPath(config)], { cwd: process.cwd() });
  if (code !== 0) throw new Error(`Cannot make a code cache under Wine: exit code ${code}\n${stdout}${stderr}`);
} else {
  await must(node, [...args, config]);
}
