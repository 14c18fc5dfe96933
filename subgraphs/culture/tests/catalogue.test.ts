import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { addGenres } from '../src/genres/add-genres.ts'
import { insertPeople } from '../src/people/store.ts'
import { addFilm } from './fresh-culture.ts'
import { type RunningCulture, runningCulture } from './running-culture.ts'

const genre = { wide: newId('genre'), narrow: newId('genre') }
const [mann, jackson] = [newId('person'), newId('person')]
const FILMS = 25

let culture: RunningCulture
before(async () => {
  culture = await runningCulture()
  const { database } = culture.fresh
  await inTransaction(database.client, database.db, async (tx) => {
    await addGenres(tx, [
      { _id: genre.wide, slug: 'speculative', name: 'Speculative', parentId: null, ancestorIds: [], mediaTypes: ['BOOK', 'FILM'] },
      {
        _id: genre.narrow,
        slug: 'fantasy',
        name: 'Fantasy',
        parentId: genre.wide,
        ancestorIds: [genre.wide],
        mediaTypes: ['BOOK', 'FILM'],
      },
    ])
    await insertPeople(tx, [
      { _id: mann, name: 'Michael Mann' },
      { _id: jackson, name: 'Peter Jackson' },
    ])
  })
  for (let index = 0; index < FILMS; index += 1) {
    // Years repeat, so that the order has ties.
    const released = index % 5 === 4 ? null : String(1990 + (index % 5))
    await addFilm(culture.fresh, {
      slug: `film-${index}`,
      title: `Film number ${index}`,
      releasedOn: released,
      order: { title: `film number ${index}`, released: released ?? '' },
      genreIds: [index % 2 ? genre.wide : genre.narrow],
      credits: [{ role: 'DIRECTOR', personId: index % 2 ? mann : jackson, billing: 1 }],
      creators: [index % 2 ? 'Michael Mann' : 'Peter Jackson'],
    })
  }
})
after(() => culture[Symbol.asyncDispose]())

/** The data of an answer without errors. */
async function data<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const answer = await culture.ask({ query, variables })
  assert.equal(answer.errors, undefined)
  return answer.data as Data
}

const codeOf = async (query: string, variables: Record<string, unknown> = {}) =>
  (await culture.ask({ query, variables })).errors?.[0]?.extensions?.code

interface Paged {
  readonly works: {
    readonly nodes: { readonly id: string; readonly releasedOn: string | null }[]
    readonly pageInfo: {
      readonly endCursor: string
      readonly startCursor: string
      readonly hasNextPage: boolean
      readonly hasPreviousPage: boolean
    }
    readonly totalCount: { readonly value: number; readonly exact: boolean }
  }
}
const PAGE = `query Page($sort: WorkSort, $first: Int, $after: String, $last: Int, $before: String, $filter: WorkFilter) {
  works(sort: $sort, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { id releasedOn } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount { value exact }
  }
}`

for (const sort of ['POPULARITY', 'RATING', 'NEWEST', 'TITLE']) {
  test(`pages by ${sort} show every work once, forward and backward alike`, async () => {
    const forward: string[] = []
    for (let after: string | undefined; ; ) {
      const { works } = await data<Paged>(PAGE, { sort, first: 7, after })
      forward.push(...works.nodes.map(({ id }) => id))
      if (!works.pageInfo.hasNextPage) break
      after = works.pageInfo.endCursor
    }
    const backward: string[] = []
    for (let before: string | undefined; ; ) {
      const { works } = await data<Paged>(PAGE, { sort, last: 7, before })
      backward.unshift(...works.nodes.map(({ id }) => id))
      if (!works.pageInfo.hasPreviousPage) break
      before = works.pageInfo.startCursor
    }
    assert.equal(new Set(forward).size, FILMS)
    assert.deepEqual(backward, forward)
  })
}

test('newest works come first, those without a date last', async () => {
  const { works } = await data<Paged>(PAGE, { sort: 'NEWEST', first: 100 })
  const years = works.nodes.map(({ releasedOn }) => releasedOn ?? '')
  assert.deepEqual(years, years.toSorted().reverse())
  assert.deepEqual(works.totalCount, { value: FILMS, exact: true })
})

test('filters add up, and a genre means its children too', async () => {
  const count = async (filter: object) => (await data<Paged>(PAGE, { filter })).works.totalCount.value
  assert.equal(await count({ genreIds: [genre.wide] }), 25)
  assert.equal(await count({ genreIds: [genre.narrow] }), 13)
  assert.equal(await count({ personIds: [mann] }), 12)
  assert.equal(await count({ genreIds: [genre.narrow], personIds: [mann] }), 0)
  assert.equal(await count({ mediaTypes: ['BOOK'] }), 0)
  assert.equal(await count({ releasedFrom: '1992', releasedTo: '1993' }), 10)
  assert.equal(await count({ releasedTo: '1990' }), 5)
  assert.equal(await count({ minRatings: 1 }), 0)
})

test('a cursor is good for its own list only', async () => {
  const { works } = await data<Paged>(PAGE, { sort: 'TITLE', first: 2 })
  const cursor = works.pageInfo.endCursor
  assert.equal(await codeOf(PAGE, { sort: 'NEWEST', after: cursor }), 'INVALID_CURSOR')
  assert.equal(await codeOf(PAGE, { sort: 'TITLE', after: `${cursor.slice(0, -2)}AA` }), 'INVALID_CURSOR')
  assert.equal(await codeOf(PAGE, { sort: 'TITLE', after: cursor, last: 3 }), 'BAD_USER_INPUT')
  assert.equal(await codeOf(PAGE, { first: 101 }), 'BAD_USER_INPUT')
})

test('a work is found by id or slug, by exactly one of them, and absence is null', async () => {
  const WORK = 'query Work($by: WorkRef!) { work(by: $by) { id slug __typename mediaType ... on Film { runtimeMinutes } } }'
  const { work } = await data<{ work: { id: string } }>(WORK, { by: { slug: 'film-3' } })
  assert.deepEqual(work, { id: work.id, slug: 'film-3', __typename: 'Film', mediaType: 'FILM', runtimeMinutes: 170 })
  assert.deepEqual(await data(WORK, { by: { id: work.id } }), { work })
  assert.deepEqual(await data(WORK, { by: { slug: 'nothing' } }), { work: null })
  assert.equal(await codeOf(WORK, { by: {} }), 'BAD_USER_INPUT')
  assert.equal(await codeOf(WORK, { by: { id: work.id, slug: 'film-3' } }), 'BAD_USER_INPUT')
})

test('people show their credits newest first, page by page', async () => {
  const CREDITS = `query Credits($id: ID!, $after: String) { person(id: $id) { name credits(first: 5, after: $after, roles: [DIRECTOR]) {
    nodes { role billing work { id releasedOn } person { name } } pageInfo { endCursor hasNextPage } totalCount { value }
  } } }`
  type Credits = {
    person: {
      name: string
      credits: {
        nodes: { work: { id: string; releasedOn: string | null } }[]
        pageInfo: { endCursor: string; hasNextPage: boolean }
        totalCount: { value: number }
      }
    }
  }
  const seen: { id: string; releasedOn: string | null }[] = []
  for (let after: string | undefined; ; ) {
    const { person } = await data<Credits>(CREDITS, { id: mann, after })
    assert.equal(person.credits.totalCount.value, 12)
    seen.push(...person.credits.nodes.map(({ work }) => work))
    if (!person.credits.pageInfo.hasNextPage) break
    after = person.credits.pageInfo.endCursor
  }
  assert.equal(new Set(seen.map(({ id }) => id)).size, 12)
  const years = seen.map(({ releasedOn }) => releasedOn ?? '')
  assert.deepEqual(years, years.toSorted().reverse())
})

test('genres come parents first, with their ties and works', async () => {
  const { genres } = await data<{ genres: unknown[] }>(
    '{ genres { slug name parent { slug } children { slug } mediaTypes works(first: 1) { nodes { id } totalCount { value } } } }',
  )
  assert.equal(genres.length, 2)
  const [wide, narrow] = genres as { slug: string; parent: unknown; children: unknown; works: { totalCount: { value: number } } }[]
  assert.deepEqual(
    [wide?.slug, wide?.parent, wide?.children, wide?.works.totalCount.value],
    ['speculative', null, [{ slug: 'fantasy' }], 25],
  )
  assert.deepEqual([narrow?.slug, narrow?.parent, narrow?.works.totalCount.value], ['fantasy', { slug: 'speculative' }, 13])
})

test('a search finds works by title and creator, and people; the exact title comes first', async () => {
  const SEARCH = `query Search($query: String!) { searchCatalog(query: $query) { hits(first: 30) {
    edges { relevance node { __typename ... on Film { title } ... on Person { name } } } totalCount { value }
  } } }`
  type Found = {
    searchCatalog: {
      hits: { edges: { relevance: number; node: { __typename: string; title?: string; name?: string } }[]; totalCount: { value: number } }
    }
  }
  const search = async (query: string) => (await data<Found>(SEARCH, { query })).searchCatalog.hits
  const mann = await search('michael mann')
  assert.deepEqual(mann.edges[0]?.node, { __typename: 'Person', name: 'Michael Mann' })
  assert.equal(mann.totalCount.value, 13)
  assert.equal((await search('Film number 7')).edges[0]?.node.title, 'Film number 7')
  assert.equal((await search('number nonsense')).totalCount.value, 25)
  assert.equal((await search('xyzzy')).totalCount.value, 0)
  assert.equal(await codeOf(SEARCH, { query: ' - ' }), 'BAD_USER_INPUT')
  assert.equal(await codeOf(SEARCH, { query: 'x'.repeat(201) }), 'BAD_USER_INPUT')
})

test('node finds every kind of object, and null for what is not there', async () => {
  const { works } = await data<Paged>(PAGE, { first: 1 })
  const ids = [works.nodes[0]!.id, mann, genre.wide, newId('work'), newId('review'), newId('user'), 'nonsense', newId('notification')]
  const { nodes } = await data<{ nodes: unknown[] }>('query Nodes($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids })
  assert.deepEqual(nodes, [
    { __typename: 'Film', id: ids[0] },
    { __typename: 'Person', id: mann },
    { __typename: 'Genre', id: genre.wide },
    null,
    null,
    null,
    null,
    { __typename: 'Notification', id: ids[7] },
  ])
})

test('works are entities by their interface and by their type', async () => {
  const { works } = await data<Paged>(PAGE, { first: 1 })
  const { id } = works.nodes[0]!
  const ENTITIES = `query Entities($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Film { title } ... on Genre { name } } }`
  const representations = [
    { __typename: 'Work', id },
    { __typename: 'Film', id },
    { __typename: 'Genre', id: genre.wide },
    { __typename: 'Work', id: newId('work') },
  ]
  const { _entities } = await data<{ _entities: { title?: string }[] }>(ENTITIES, { representations })
  assert.equal(_entities[0]?.title, _entities[1]?.title)
  assert.deepEqual(_entities.slice(2), [{ __typename: 'Genre', name: 'Speculative' }, null])
})

test('a page with everything in it takes a handful of queries, however long it is', async () => {
  const { db } = culture.fresh.database
  const DEEP = `query Deep($first: Int) { works(first: $first) { nodes {
    id title genres { name parent { name works(first: 3) { nodes { title } } } } ratingSummary { average }
    credits(first: 3) { nodes { person { name credits(first: 2) { nodes { work { title } } } } } }
    reviews(first: 3) { nodes { id author { id } } totalCount { value } }
  } } }`
  const queries = async (first: number) => {
    await db.command({ profile: 2 })
    await data(DEEP, { first })
    await db.command({ profile: 0 })
    const profile = db.collection('system.profile')
    const count = await profile.countDocuments({
      op: { $in: ['query', 'command'] },
      'command.find': { $in: ['works', 'genres', 'people'] },
    })
    const aggregations = await profile.countDocuments({ 'command.aggregate': { $exists: true }, 'command.pipeline': { $exists: true } })
    await profile.drop()
    return count + aggregations
  }
  const few = await queries(2)
  assert.equal(await queries(20), few)
  assert.ok(few >= 8 && few <= 14, String(few))
})
