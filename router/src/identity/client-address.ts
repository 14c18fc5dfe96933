import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Address that a request comes from; null when its connection is gone. */
export type ClientAddress = (request: IncomingMessage) => string | null

/**
 * The address of the peer, or of whom trusted proxies forward: then the last one of `x-forwarded-for` that is not a proxy itself.
 * From anybody else the header is a claim, and is not read.
 * @param trusted addresses and networks (`10.0.0.0/8`) of the proxies in front of the router
 */
export function clientAddress(trusted: readonly string[]): ClientAddress {
  const proxies = new BlockList()
  for (const place of trusted) {
    const [address = '', bits] = place.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(bits), family)
  }
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return ({ socket, headers }) => {
    let client = socket.remoteAddress === undefined ? null : plain(socket.remoteAddress)
    if (trusted.length === 0 || client === null) return client
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
    while (isProxy(client)) {
      const before = plain(forwarded.pop()?.trim() ?? '')
      if (isIP(before) === 0) break
      client = before
    }
    return client
  }
}

/** True for an address, or a network as `address/bits`. */
export function isAddressOrNetwork(place: string): boolean {
  const [address = '', bits, ...more] = place.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

const PORT_OF_IPV4 = /^(\d+\.\d+\.\d+\.\d+):\d+$/
const IPV6_IN_BRACKETS = /^\[([^\]]+)\](?::\d+)?$/

/** Without a port, and IPv4 as such. */
function plain(text: string): string {
  const address = PORT_OF_IPV4.exec(text)?.[1] ?? IPV6_IN_BRACKETS.exec(text)?.[1] ?? text
  return address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}
