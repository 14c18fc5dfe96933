import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

export type Row = Readonly<Record<string, string | number>>

/** Prints rows as a table; the first row's keys are its head. Numbers are aligned to the right. */
export function printTable(title: string, rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {})
  const text = (value: string | number | undefined) => (typeof value === 'number' ? rounded(value) : (value ?? ''))
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)))
  const line = (cells: readonly (string | number | undefined)[]) =>
    cells.map((cell, index) => (typeof cell === 'number' ? text(cell).padStart(widths[index] ?? 0) : text(cell).padEnd(widths[index] ?? 0)))
  console.log(`\n${title}`)
  console.log(line(columns).join('  '))
  for (const row of rows) console.log(line(columns.map((column) => row[column])).join('  '))
}

const rounded = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 3))

/** Writes the raw results, with what they were measured on. @returns the path */
export function writeResults(name: string, results: object): string {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const date = new Date().toISOString()
  const file = `${folder}${name}-${date.replaceAll(':', '').slice(0, 17)}.json`
  const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version }
  writeFileSync(file, `${JSON.stringify({ name, date, commit: commit(), machine, ...results }, null, 2)}\n`)
  return file
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
