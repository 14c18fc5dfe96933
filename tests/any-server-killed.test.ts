import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FollowGenreDocument, HomeFeedDocument, NotificationsDocument } from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { newFollowedAuthor } from './support/followed-author.ts'
import { type Member, send, signedIn } from './support/member.ts'
import { type OwnServers, type ServerName, serverNames, startOwnServers } from './support/own-servers.ts'
import { publishOnce, publishUntilDone, REVIEW_BODY } from './support/publish.ts'
import { openScreen } from './support/screen.ts'
import { startTestSystem, type TestSystem } from './support/system.ts'

const RECOVERY_MS = 60_000
const ENOUGH_WORKS = 300
const PASSING_FAULTS: readonly unknown[] = ['SUBGRAPH_UNAVAILABLE', 'DEADLINE_EXCEEDED']

/** The one server each write cannot do without. */
const NEEDED_BY = { publishReview: 'mongodb', followGenre: 'postgres' } as const

describe('kill -9 of any one server during the flow loses nothing and doubles nothing', () => {
  let servers: OwnServers
  let system: TestSystem
  let author: Member
  let follower: Member
  let works: readonly { id: string }[]
  let genreIds: readonly string[]
  let placeAtTheStart: string | undefined
  const published: string[] = []
  /** Published without the key ring, from which the author's key comes: the excerpt may be missing. */
  const withoutKeys: string[] = []

  before(async () => {
    servers = await startOwnServers()
    system = await startTestSystem('embedded', { ownServers: servers.urls, works: ENOUGH_WORKS })
    ;({ author, follower, works, genreIds } = await newFollowedAuthor(system))
    await system.settled()
    using screen = openScreen(follower)
    await eventually(() => screen.caughtUp())
    placeAtTheStart = screen.cursor()
  })
  after(async () => {
    await system?.[Symbol.asyncDispose]()
    await servers?.[Symbol.asyncDispose]()
  })

  for (const [index, name] of serverNames.entries()) {
    test(`${name}: every review arrives once`, async () => {
      const { routerUrl, processes } = system
      const { pid } = processes.vibely!
      // The tests together may take longer than a token lives.
      author = await signedIn(routerUrl, author)
      follower = await signedIn(routerUrl, follower)
      const [before, amid, during, afterwards] = works.slice(1 + 4 * index).map(({ id }) => id)
      const publish = (workId: string) => publishUntilDone(routerUrl, author, workId, `kill-${name}-${workId}`, RECOVERY_MS)
      using screen = openScreen(follower)
      await eventually(() => screen.caughtUp())

      published.push(await publish(before!))
      const amidTheCrash = publish(amid!)
      await servers.kill(name)
      const duringOutage = await whileDown(name, during!, genreIds[1 + index]!).finally(() => servers.restart())
      published.push(...(await Promise.all([amidTheCrash, duringOutage()])), await publish(afterwards!))
      if (name === 'redis') withoutKeys.push(amid!, during!)

      await eventually(() => assert.deepEqual([...screen.workIds].sort(), published.slice(-4).sort()), { withinMs: RECOVERY_MS })
      await system.settled()
      assert.deepEqual(screen.workIds.toSorted(), published.slice(-4).sort())
      const { homeFeed } = await follower.call(HomeFeedDocument, { first: 100 })
      assert.deepEqual(homeFeed?.nodes.map(({ work }) => work?.id).sort(), [...published].sort())
      const bare = homeFeed!.nodes.filter(({ excerpt }) => excerpt !== REVIEW_BODY).map(({ work }) => work?.id)
      assert.deepEqual(
        bare.filter((id) => !withoutKeys.includes(id!)),
        [],
      )
      const { notifications } = await follower.call(NotificationsDocument, { first: 100 })
      const stored = notifications?.nodes.filter(({ kind }) => kind === 'FRIEND_REVIEW').map(({ work }) => work?.id)
      assert.deepEqual(stored?.sort(), [...published].sort())
      assert.equal(processes.vibely!.pid, pid)
    })
  }

  test('a client that was away all the time is told of every review once', async () => {
    follower = await signedIn(system.routerUrl, follower)
    using screen = openScreen(follower, placeAtTheStart)
    await eventually(() => assert.equal(screen.workIds.length, published.length))
    assert.deepEqual(screen.workIds.toSorted(), published.toSorted())
  })

  /** Writes that succeed or say clearly that they cannot now. Returns what repeats the refused ones. */
  async function whileDown(name: ServerName, workId: string, genreId: string): Promise<() => Promise<string>> {
    const { routerUrl } = system
    const key = `down-${name}-${workId}`
    const follow = async () => {
      const { data, errors } = await send(routerUrl, FollowGenreDocument, { input: { genreId } }, author.accessToken)
      if (errors) return errors[0]?.extensions?.code ?? errors[0]
      assert.deepEqual(data?.followGenre?.userErrors, [])
      return null
    }
    const [reviewed, followed] = await Promise.all([publishOnce(routerUrl, author, workId, key), follow()])
    const check = (code: unknown, needed: ServerName) =>
      name === needed ? assert.ok(PASSING_FAULTS.includes(code), String(code)) : assert.equal(code, null)
    check(reviewed, NEEDED_BY.publishReview)
    check(followed, NEEDED_BY.followGenre)
    return async () => {
      await eventually(async () => assert.equal(await follow(), null), { withinMs: RECOVERY_MS })
      return publishUntilDone(routerUrl, author, workId, key, RECOVERY_MS)
    }
  }
})
