import { fileURLToPath } from 'node:url'

/** What is read of a `.cpuprofile`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface ProfileShare {
  readonly name: string
  /** Of the time that was not idle. */
  readonly percent: number
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Where the time went, by place (package, folder of ours, Node, garbage) and by function; own time, largest first. */
export function sharesOf(profile: CpuProfile): { readonly places: ProfileShare[]; readonly functions: ProfileShare[] } {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const places = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id)
    if (!frame || frame.functionName === '(idle)') continue
    const micros = profile.timeDeltas[index] ?? 0
    const place = placeOf(frame.functionName, frame.url)
    const name = `${frame.functionName || '(anonymous)'} ${place === '' ? '' : `${fileOf(frame.url)}:${frame.lineNumber + 1}`}`
    busy += micros
    places.set(place, (places.get(place) ?? 0) + micros)
    functions.set(name, (functions.get(name) ?? 0) + micros)
  }
  const ranked = (of: ReadonlyMap<string, number>): ProfileShare[] =>
    [...of].map(([name, micros]) => ({ name, percent: (100 * micros) / busy })).toSorted((a, b) => b.percent - a.percent)
  return { places: ranked(places), functions: ranked(functions) }
}

function placeOf(functionName: string, url: string): string {
  const file = fileOf(url)
  const inPackage = file.split('node_modules/').at(-1)
  if (file.includes('node_modules/') && inPackage)
    return inPackage.startsWith('@') ? inPackage.split('/', 2).join('/') : (inPackage.split('/', 1)[0] ?? '')
  if (file.startsWith('node:')) return 'node'
  if (file === '') return functionName.startsWith('(') ? functionName : 'native code'
  return file.split('/').slice(0, -1).join('/')
}

const fileOf = (url: string): string => {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path
}
