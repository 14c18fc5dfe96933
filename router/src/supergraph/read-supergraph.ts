import { readFile } from 'node:fs/promises'
import { parse } from 'graphql'
import { problemOf } from './problem.ts'
import { type JoinedSubgraph, joinedSubgraphs } from './subgraphs.ts'

/** A file cannot be served as a supergraph. The message says why, in one line. */
export class SupergraphFileError extends Error {
  override readonly name = 'SupergraphFileError'
}

export interface SupergraphFile {
  readonly sdl: string
  readonly subgraphs: readonly JoinedSubgraph[]
}

/**
 * Reads a supergraph and where its subgraphs are.
 * @throws SupergraphFileError when there is no such file, it is no supergraph, or a subgraph in it has no address
 */
export async function readSupergraph(file: string): Promise<SupergraphFile> {
  const sdl = await textOf(file)
  const subgraphs = joinedSubgraphs(parsed(file, sdl))
  if (subgraphs.length === 0)
    throw new SupergraphFileError(`${file} names no subgraphs (join__Graph): it is not a supergraph. Compose the subgraphs first.`)
  for (const { name, url } of subgraphs) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new SupergraphFileError(`${file} has no usable address for the subgraph "${name}": ${url === '' ? 'it is empty' : `"${url}"`}.`)
  }
  return { sdl, subgraphs }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SupergraphFileError(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${code}.`)
  }
}

function parsed(file: string, sdl: string) {
  try {
    return parse(sdl)
  } catch (error) {
    throw new SupergraphFileError(`${file} is not GraphQL: ${problemOf(error)}`)
  }
}
