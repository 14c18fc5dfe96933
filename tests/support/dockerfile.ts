import { readFile } from 'node:fs/promises'
import { DockerfileParser, type Env, type From, type Instruction } from 'dockerfile-ast'

export const dockerfile = new URL('../../infra/docker/Dockerfile', import.meta.url)

/** A build stage: what a container made of it runs, where, as whom. */
export interface Stage {
  readonly image: string
  readonly user: string
  readonly workdir: string
  readonly environment: Readonly<Record<string, string>>
  readonly command: readonly string[]
  readonly probe: readonly string[]
}

/** The stages of the Dockerfile by name. Every command in it must be in exec form. */
export async function stages(): Promise<Readonly<Record<string, Stage>>> {
  const instructions = DockerfileParser.parse(await readFile(dockerfile, 'utf8')).getInstructions()
  const starts = instructions.flatMap((instruction, index) => (instruction.getKeyword() === 'FROM' ? [index] : []))
  return Object.fromEntries(
    starts.map((start, index) => {
      const from = instructions[start] as From
      return [from.getBuildStage() ?? '', stage(from, instructions.slice(start, starts[index + 1]))]
    }),
  )
}

function stage(from: From, instructions: readonly Instruction[]): Stage {
  const last = (keyword: string) => instructions.findLast((instruction) => instruction.getKeyword() === keyword)
  const properties = instructions.filter((instruction) => instruction.getKeyword() === 'ENV').flatMap((env) => (env as Env).getProperties())
  return {
    image: from.getImage() ?? '',
    user: last('USER')?.getArgumentsContent() ?? 'root',
    workdir: last('WORKDIR')?.getArgumentsContent() ?? '/',
    environment: Object.fromEntries(properties.map((property) => [property.getName(), property.getValue() ?? ''])),
    command: execForm(last('CMD')),
    probe: execForm(last('HEALTHCHECK')),
  }
}

/** The JSON list of a CMD, or of the CMD in a HEALTHCHECK. */
function execForm(instruction: Instruction | undefined): string[] {
  const content = instruction?.getArgumentsContent() ?? '[]'
  return JSON.parse(content.slice(content.indexOf('['))) as string[]
}
