import { rand, randNumber, seed } from '@ngneat/falso'
import { mutate, type Operation, request, UserFault } from './client.ts'
import { reviewText } from './review-text.ts'

/** Who the demo members are. All have the same password; none exists in production. */
export const demoMembers = [
  { username: 'ada', displayName: 'Ada Moretti' },
  { username: 'bruno', displayName: 'Bruno Keller' },
  { username: 'chiara', displayName: 'Chiara Conti' },
  { username: 'dmitri', displayName: 'Dmitri Volkov' },
  { username: 'elif', displayName: 'Elif Aydin' },
  { username: 'farah', displayName: 'Farah Haddad' },
  { username: 'goran', displayName: 'Goran Novak' },
  { username: 'hana', displayName: 'Hana Ito' },
  { username: 'ines', displayName: 'Ines Duarte' },
  { username: 'jonas', displayName: 'Jonas Lind' },
] as const

type Member = (typeof demoMembers)[number]
type SignedIn = Member & { readonly id: string; readonly accessToken: string }
type Work = { readonly id: string; readonly title: string; readonly genres: readonly { readonly id: string }[] }

const RATINGS_EACH = 12
const REVIEWS_EACH = 3
const GENRES_EACH = 4

/**
 * Sets up demo members, their follows, ratings and reviews through the router, as clients would.
 * The same every time: what is there already is left as it is, so an interrupted run is finished by the next one.
 * @param options.routerUrl origin of a router outside production
 * @param options.onProgress called after each member
 */
export async function seedDemo(options: {
  readonly routerUrl: string
  readonly password: string
  readonly onProgress?: (done: number, total: number) => void
}): Promise<void> {
  const { routerUrl, password, onProgress } = options
  seed('vibely')
  const members = await Promise.all(demoMembers.map((member) => enter(routerUrl, member, password)))
  const works = await topWorks(routerUrl, members[0]?.accessToken)
  if (works.length === 0) throw new Error('The catalogue is empty: import it first.')
  // All that is left to chance is chosen ahead, in one order: the members act side by side.
  const lives = members.map((member) => lifeOf(member, members, works))
  let done = 0
  await Promise.all(
    lives.map(async (life) => {
      for (const operation of life) await act(routerUrl, operation)
      done += 1
      onProgress?.(done, members.length)
    }),
  )
}

/** The works that the demo members know: as many as one query of a member may cost, in an order that what they do does not change. */
async function topWorks(routerUrl: string, accessToken: string | undefined): Promise<Work[]> {
  const { works } = await request<{ works: { nodes: Work[] } }>(routerUrl, {
    query: 'query SeedWorks { works(sort: NEWEST, first: 80) { nodes { id title genres { id } } } }',
    ...(accessToken !== undefined && { accessToken }),
  })
  return works.nodes
}

/** Registers and verifies a member, or signs in one that exists. */
async function enter(routerUrl: string, member: Member, password: string): Promise<SignedIn> {
  const email = `${member.username}@demo.example`
  try {
    await mutate(routerUrl, {
      query: 'mutation SeedRegister($input: RegisterInput!) { register(input: $input) { userErrors { code message } } }',
      variables: { input: { ...member, email, password } },
    })
  } catch (error) {
    if (!(error instanceof UserFault && error.code === 'USERNAME_TAKEN')) throw error
  }
  let session = await signIn(routerUrl, member, password)
  if (!session.emailVerified) {
    await mutate(routerUrl, {
      query: 'mutation SeedVerify($input: VerifyEmailInput!) { verifyEmail(input: $input) { userErrors { code message } } }',
      variables: { input: { token: await mailedToken(routerUrl, email) } },
    })
    session = await signIn(routerUrl, member, password)
  }
  return { ...member, ...session }
}

async function signIn(routerUrl: string, member: Member, password: string) {
  const { tokens } = await mutate<{ tokens: { accessToken: string } | null; userErrors: [] }>(routerUrl, {
    query: 'mutation SeedSignIn($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } userErrors { code message } } }',
    variables: { input: { login: member.username, password } },
  })
  if (!tokens) throw new Error(`${member.username} could not sign in`)
  const { accessToken } = tokens
  const { viewer } = await request<{ viewer: { emailVerified: boolean; user: { id: string } } }>(routerUrl, {
    query: 'query SeedViewer { viewer { emailVerified user { id } } }',
    accessToken,
  })
  return { accessToken, id: viewer.user.id, emailVerified: viewer.emailVerified }
}

/** The token of the newest mail to an address; the mail is on its way, so it is looked for again for a while. */
async function mailedToken(routerUrl: string, email: string): Promise<string> {
  const until = Date.now() + 30_000
  for (;;) {
    const response = await fetch(`${routerUrl}/dev/mail.json?to=${encodeURIComponent(email)}`)
    const [mail] = (await response.json()) as { text: string }[]
    const token = mail?.text.match(/[?&]token=([\w.-]+)/)?.[1]
    if (token) return token
    if (Date.now() > until) throw new Error(`No mail reached ${email}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** One member's follows, ratings and reviews. */
function lifeOf({ accessToken, ...member }: SignedIn, members: readonly SignedIn[], works: readonly Work[]): readonly Operation[] {
  const own = members.findIndex(({ id }) => id === member.id)
  const genreIds = [...new Set(works.flatMap((work) => work.genres.map((genre) => genre.id)))]
  const followed = [1, 2, 3, 5].flatMap((step) => members[(own + step) % members.length] ?? [])
  const inputs = (query: string, all: readonly object[]): Operation[] => all.map((input) => ({ query, variables: { input }, accessToken }))
  return [
    ...inputs(
      FOLLOW,
      followed.map(({ id: userId }) => ({ userId })),
    ),
    ...inputs(
      FOLLOW_GENRE,
      rand(genreIds, { length: Math.min(GENRES_EACH, genreIds.length) }).map((genreId) => ({ genreId })),
    ),
    ...inputs(
      RATE,
      rand([...works], { length: RATINGS_EACH }).map(({ id: workId }) => ({ workId, score: randNumber({ min: 35, max: 100 }) })),
    ),
    ...inputs(
      REVIEW,
      Array.from({ length: REVIEWS_EACH }, (_, number) => works[((own * REVIEWS_EACH + number) * 7) % works.length]).flatMap((work) =>
        work ? reviewOf(work) : [],
      ),
    ),
  ]
}

const FOLLOW = 'mutation SeedFollow($input: FollowUserInput!) { followUser(input: $input) { userErrors { code message } } }'
const FOLLOW_GENRE = 'mutation SeedGenre($input: FollowGenreInput!) { followGenre(input: $input) { userErrors { code message } } }'
const RATE = 'mutation SeedRate($input: RateWorkInput!) { rateWork(input: $input) { userErrors { code message } } }'
const REVIEW = 'mutation SeedReview($input: PublishReviewInput!) { publishReview(input: $input) { userErrors { code message } } }'

const reviewOf = ({ id: workId, title }: Work) => ({
  workId,
  ...reviewText(title),
  score: randNumber({ min: 40, max: 100 }),
  containsSpoilers: false,
  visibility: 'PUBLIC',
  language: 'en',
})

async function act(routerUrl: string, operation: Operation): Promise<void> {
  try {
    await mutate(routerUrl, operation)
  } catch (error) {
    // Written by an earlier run.
    if (!(error instanceof UserFault && error.code === 'ALREADY_REVIEWED')) throw error
  }
}
