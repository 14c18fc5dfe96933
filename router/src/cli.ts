import { parseArgs } from 'node:util'

export interface CommandLine {
  /** A supergraph file to serve instead of ours. */
  readonly supergraph: string | undefined
  readonly port: string | undefined
}

/** `--supergraph FILE --port N`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...args], options: { supergraph: { type: 'string' }, port: { type: 'string' } } })
  return { supergraph: values.supergraph, port: values.port }
}
