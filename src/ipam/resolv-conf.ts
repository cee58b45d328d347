/** `ipam.resolvConf`: a file in the form of resolv.conf(5) that says what an attachment's DNS is, as host-local reads it. */
import { type Decoder, refuse, show, text } from '../spec/decode.ts';
import type { ResultDns } from '../spec/result.ts';

/** The DNS in the file that the value names; nothing without a way to read it. Throws code 7 when there is no such file. */
export const dnsIn =
  (readText: ((path: string) => string | undefined) | undefined): Decoder<ResultDns> =>
  (value, path) => {
    const file = text(value, path);
    if (file === '' || readText === undefined) return {};
    return parseResolvConf(readText(file) ?? refuse(path, `${show(file)}, expected a file that exists`));
  };

/** Each keyword adds to what earlier lines said, but `domain`, of which the last one counts. */
function parseResolvConf(content: string): ResultDns {
  const lines = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
    .map((line) => line.split(/\s+/));
  const of = (keyword: string): readonly (readonly string[])[] =>
    lines.flatMap(([first, ...values]) => (first === keyword && values.length > 0 ? [values] : []));
  const nameservers = of('nameserver').flatMap(([server = '']) => server);
  const search = of('search').flat();
  const options = of('options').flat();
  const domain = of('domain').at(-1)?.[0];
  return {
    ...(nameservers.length === 0 ? {} : { nameservers }),
    ...(domain === undefined ? {} : { domain }),
    ...(search.length === 0 ? {} : { search }),
    ...(options.length === 0 ? {} : { options }),
  };
}
