const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/gu
const EXCERPT_LENGTH = 280

/** Text as it is kept: composed characters, no control characters but line breaks and tabs, no blank ends. */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, (character) => (character === '\n' || character === '\t' ? character : ''))
    .normalize('NFC')
    .trim()

/** Length as people count it: an emoji beyond the basic plane is one. */
export const lengthOf = (text: string): number => [...text].length

/** The start of a text without Markdown and without `||spoilers||`, cut between words. */
export function excerptOf(body: string, length: number = EXCERPT_LENGTH): string {
  const plain = withoutMarkdown(body.replace(/\|\|[\s\S]*?(\|\||$)/g, ' … '))
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...plain]
  if (characters.length <= length) return plain
  const cut = characters.slice(0, length - 1).join('')
  const wordEnd = cut.lastIndexOf(' ')
  return `${(wordEnd > length / 2 ? cut.slice(0, wordEnd) : cut).trimEnd()}…`
}

/** What a reader of the rendered text would read. Good enough for an excerpt; never used to make HTML. */
const withoutMarkdown = (markdown: string): string =>
  markdown
    .replace(/^\s*(```|~~~).*$/gm, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/^\s*([-*_]\s*){3,}$/gm, ' ')
    .replace(/(\*\*|__|~~|`)(.+?)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}])([*_])(\S(?:.*?\S)?)\1(?![\p{L}\p{N}])/gu, '$2')
