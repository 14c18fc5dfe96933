// Writes docs/ERRORS.md from the tables that the errors themselves come from: the kit's faults and each subgraph's user errors.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FAULTS } from '@vibely/kit/errors'
import { Kind, parse } from 'graphql'
import { checkout } from './native/state.ts'
import { type SubgraphName, subgraphNames } from './processes.ts'

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

const faultRows = Object.entries(FAULTS).map(([code, { status, retry, message }]) => row(`\`${code}\``, status, retry, message))

/** What the SDL says of each code. */
async function meanings(name: SubgraphName): Promise<Map<string, string>> {
  const { definitions } = parse(await readFile(join(checkout, 'schema', `${name}.graphql`), 'utf8'))
  const values = definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'UserErrorCode' ? (definition.values ?? []) : [],
  )
  return new Map(values.map((value) => [value.name.value, value.description?.value ?? '']))
}

async function userErrorRows(): Promise<string[]> {
  const all = await Promise.all(
    subgraphNames.map(async (name) => {
      const file = pathToFileURL(join(checkout, 'subgraphs', name, 'src/user-errors.ts')).href
      const { MESSAGES } = (await import(file)) as { MESSAGES: Readonly<Record<string, string>> }
      const meaning = await meanings(name)
      return Object.entries(MESSAGES).map(([code, message]) => ({ name, code, message, meaning: meaning.get(code) ?? '' }))
    }),
  )
  const alike = Map.groupBy(all.flat(), ({ code, message, meaning }) => row(`\`${code}\``, meaning, message))
  return [...alike].map(([start, from]) => `${start} ${from.map(({ name }) => name).join(', ')} |`)
}

await writeFile(
  join(checkout, 'docs/ERRORS.md'),
  `# Errors

Made by \`pnpm codegen:errors\` from \`packages/kit/src/errors.ts\` and \`subgraphs/*/src/user-errors.ts\`: change it there.

## What the caller can correct

A mutation that refuses its input answers with its object null and \`userErrors\` in the payload. Each has a \`code\`, a \`message\` and the \`path\` in the arguments.
\`ConflictError\` adds \`currentVersion\`, \`LimitError\` adds \`retryAt\`.

| code | when | message | from |
| --- | --- | --- | --- |
${(await userErrorRows()).join('\n')}

## What was refused or failed

Everything else is in \`errors[]\`: \`extensions.code\` is one of these, \`extensions.traceId\` finds the request in the logs, and \`extensions.service\` names the subgraph. The status
is that of a request refused as a whole; a failed field answers 200 with the rest of the data.

| code | status | try again | message |
| --- | --- | --- | --- |
${faultRows.join('\n')}

\`RATE_LIMITED\` says when in \`extensions.retryAfterMs\`, \`INSUFFICIENT_SCOPE\` names the scopes in \`extensions.requiredScopes\`. What nobody foresaw leaves as \`INTERNAL\`.
Clients of automatic persisted queries also meet the two codes of that protocol, \`PERSISTED_QUERY_NOT_FOUND\` and \`PERSISTED_QUERY_NOT_SUPPORTED\`.
`,
)
