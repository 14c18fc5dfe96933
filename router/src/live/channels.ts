import { fault } from '@vibely/kit/errors'
import { requireViewer, type Viewer } from '@vibely/kit/viewer'

/**
 * Channels that a template names for this viewer and these arguments; a list argument means one for each element.
 * @throws Fault UNAUTHENTICATED for `{viewer.id}` without a viewer, BAD_USER_INPUT for an argument that names nothing
 */
export function channelsOf(template: string, viewer: Viewer | null, args: Readonly<Record<string, unknown>>): readonly string[] {
  let channels = ['']
  // Odd parts are what stood in braces.
  for (const [index, part] of template.split(/[{}]/).entries()) {
    const values = index % 2 === 0 ? [part] : part === 'viewer.id' ? [requireViewer(viewer).id] : argument(part, args)
    channels = channels.flatMap((channel) => values.map((value) => channel + value))
  }
  return [...new Set(channels)]
}

function argument(part: string, args: Readonly<Record<string, unknown>>): readonly string[] {
  const given = args[part.replace(/^args\./, '')]
  const values = Array.isArray(given) ? given : [given]
  // A colon would let one argument reach into the next part of the channel's name.
  const usable = values.every((value) => (typeof value === 'string' && value !== '' && !value.includes(':')) || typeof value === 'number')
  if (!usable || values.length === 0 || values.length > 100) throw fault('BAD_USER_INPUT', `The argument of ${part} names no channel.`)
  return values.map(String)
}
