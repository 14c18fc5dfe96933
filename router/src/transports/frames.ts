const TEXT = 0x81

/**
 * A text message as one unmasked WebSocket frame.
 * @param parts of the message, in UTF-8
 */
export function textFrame(...parts: readonly Buffer[]): Buffer {
  let length = 0
  for (const part of parts) length += part.length
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = TEXT
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  let offset = header
  for (const part of parts) {
    frame.set(part, offset)
    offset += part.length
  }
  return frame
}
