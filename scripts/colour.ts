/** Colour for people: only on a terminal, and not where NO_COLOR asks for none (https://no-color.org). */
const isOn = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

const paint =
  (code: number) =>
  (text: string): string =>
    isOn ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const cyan = paint(36);
