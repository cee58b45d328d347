/** Every HRESULT that HNS, Win32 below it and HCS are known to answer: computenetwork.h, computecore.h, winerror.h. */

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** HCN_E_NETWORK_NOT_FOUND to HCN_E_VFP_NOT_ALLOWED, with those of the guest (GCN_E_…) between them. */
const HCN = range(0x803b0001, 0x803b0037);

/** Win32 errors as HRESULTs, and the general ones. */
const WIN32 = [
  ...[2, 5, 13, 32, 34, 50, 52, 87, 1062, 1168, 1460, 1722, 1726, 1727, 5010].map((code) => 0x80070000 + code),
  0x80004001,
  0x80004005,
  0x8000ffff,
];

/** HCS_E_…, as newer and as older builds of Windows write them. */
const HCS = [0x103, 0x105, 0x106, 0x10b, 0x10d, 0x10e, 0x110, 0x113].flatMap((code) => [
  0x80370000 + code,
  0xc0370000 + code,
]);

export const CATALOGUE: readonly number[] = [...HCN, ...WIN32, ...HCS];
