// What each byte beyond ASCII is in Windows-1252, by what it is in Mac Roman.
const REPAIRS = new Map(
  Array.from({ length: 128 }, (_, index) => {
    const byte = Uint8Array.of(128 + index)
    return [new TextDecoder('macintosh').decode(byte), new TextDecoder('windows-1252').decode(byte)] as const
  }),
)

/** Puts text right that was written as Windows-1252 and read as Mac Roman: `LÈon` is `Léon`. */
export const repairMojibake = (text: string): string => text.replace(/[^\p{ASCII}]/gu, (character) => REPAIRS.get(character) ?? character)
