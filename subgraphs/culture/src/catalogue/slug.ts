const WORDS: Readonly<Record<string, string>> = { '&': ' and ', '½': ' 1 2 ', '¢': 'c' }

/** The part of a page address that names something: `Léon` is `leon`. */
export const slugOf = (text: string): string =>
  text
    .replace(/[&½¢]/g, (sign) => WORDS[sign] ?? sign)
    .normalize('NFKD')
    .replace(/['’.]|\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
