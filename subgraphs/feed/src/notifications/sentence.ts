/** The text with a full stop, unless it ends like a sentence already: "10,000 B.C." needs no second one. */
export const asSentence = (text: string): string => (/[.!?\u2026]$/.test(text) ? text : `${text}.`)
