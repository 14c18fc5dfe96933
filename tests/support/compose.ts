import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

export const composeFile = new URL('../../docker-compose.yml', import.meta.url)

export interface ComposeService {
  readonly image?: string
  readonly build?: { readonly dockerfile: string; readonly target: string; readonly args?: Readonly<Record<string, string>> }
  readonly environment: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Omit<ComposeService, 'environment'> & { environment?: Record<string, string | number> }>>
}

/** The services of docker-compose.yml, as Compose reads them with these settings. */
export async function composeServices(settings: Readonly<Record<string, string>>): Promise<Readonly<Record<string, ComposeService>>> {
  const text = await readFile(composeFile, 'utf8')
  // Values are put in after parsing, as Compose does: a key in JSON must not turn into YAML.
  const fill = (_key: unknown, value: unknown) => (typeof value === 'string' ? interpolate(value, settings) : value)
  const { services } = parse(text, fill, { merge: true }) as ComposeFile
  return Object.fromEntries(
    Object.entries(services).map(([name, { environment = {}, ...service }]) => [
      name,
      { ...service, environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])) },
    ]),
  )
}

/** The variables that docker-compose.yml takes from an .env file. */
export async function composeVariables(): Promise<ReadonlySet<string>> {
  const text = await readFile(composeFile, 'utf8')
  return new Set([...text.matchAll(VARIABLE)].flatMap(([, name]) => name ?? []))
}

const VARIABLE = /\$\{(\w+)(?::(-|\?)([^}]*))?\}/g

const interpolate = (text: string, settings: Readonly<Record<string, string>>) =>
  text.replaceAll(VARIABLE, (_all, name: string, otherwise: string | undefined, word: string | undefined) => {
    const value = settings[name]
    if (value) return value
    if (otherwise === '?') throw new Error(`${name}: ${word}`)
    return word ?? ''
  })
