import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import fc from 'fast-check'
import { openLibrary } from './library.ts'

const BOOKS = ['b1', 'b2', 'b3']

/** What one of several at once does next, after so many turns of the event loop. */
const step = <T extends string>(...kinds: readonly T[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), book: fc.constantFrom(...BOOKS), after: fc.nat({ max: 4 }) })
const actors = fc.record({
  readers: fc.array(fc.array(step('one', 'all'), { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 6 }),
  writers: fc.array(fc.array(step('write', 'cut'), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
  // How long the subgraph takes before and after it reads its store, book by book.
  pauses: fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 20 }),
})

test('no read that starts after a change was announced returns what was before it, on any router', async () => {
  await using library = await openLibrary()
  for (const book of BOOKS) library.titles.set(book, '0')
  await using proxy = await openTcpProxy(servers().REDIS_URL)
  // The connection of the second router is cut now and then.
  const routers = [library.router(), library.router(proxy.url)]
  for (const router of routers) {
    await eventually(async () => {
      const before = library.asked.length
      await router.fetch('... on Book { title }', BOOKS)
      return library.asked.length === before
    })
  }
  let value = 0
  let reads = 0
  const announced = new Map<string, number>()

  await fc.assert(
    fc.asyncProperty(actors, async ({ readers, writers, pauses }) => {
      let next = 0
      const wait = async (turns: number) => {
        for (let i = 0; i < turns; i += 1) await turn()
      }
      const pause = () => wait(pauses[next++ % pauses.length] ?? 0)
      library.pause = { before: pause, after: pause }

      const read = async (router: (typeof routers)[number], books: readonly string[]) => {
        const least = books.map((book) => announced.get(book) ?? 0)
        const { data } = (await router.fetch('... on Book { title }', books)) as { data: { _entities: { title: string }[] } }
        for (const [index, { title }] of data._entities.entries()) {
          assert.ok(Number(title) >= (least[index] ?? 0), `${books[index]}: read ${title} after ${least[index]} was announced`)
        }
        reads += 1
      }
      const write = async (book: string) => {
        value += 1
        const mine = value
        library.titles.set(book, String(mine))
        await wait(2)
        await library.changed(`Book ${book}`)
        announced.set(book, Math.max(mine, announced.get(book) ?? 0))
      }
      await Promise.all([
        ...readers.map(async (steps, index) => {
          for (const { kind, book, after } of steps) {
            await wait(after)
            await read(routers[index % 2] ?? assert.fail(), kind === 'one' ? [book] : BOOKS)
          }
        }),
        ...writers.map(async (steps) => {
          for (const { kind, book, after } of steps) {
            await wait(after)
            if (kind === 'write') await write(book)
            else {
              proxy.cut()
              proxy.mend()
            }
          }
        }),
      ])
    }),
    { numRuns: 150, endOnFailure: true },
  )
  assert.ok(library.asked.length < reads, `the caches answered: ${library.asked.length} fetches for ${reads} reads`)
})
