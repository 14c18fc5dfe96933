import assert from 'node:assert/strict'
import { FollowGenreDocument, FollowUserDocument } from '@vibely/schema/operations'
import { films } from './films.ts'
import { type Member, newMember } from './member.ts'
import type { TestSystem } from './system.ts'

/** An author, and a follower who follows both the author and a genre. */
export interface FollowedAuthor {
  readonly author: Member
  readonly follower: Member
  /** Films of that genre. */
  readonly works: readonly { readonly id: string }[]
  /** Genres of the films, those with the most films first; the first is the one that is followed. */
  readonly genreIds: readonly string[]
}

export async function newFollowedAuthor(system: TestSystem): Promise<FollowedAuthor> {
  const author = await newMember(system.routerUrl, 'author', 'Anna Author')
  const follower = await newMember(system.routerUrl, 'follower', 'Frida Follower')
  await system.settled()
  await follower.call(FollowUserDocument, { input: { userId: author.id } })
  const all = await films(author)
  const byGenre = Map.groupBy(
    all.flatMap(({ genres }) => genres.map(({ id }) => id)),
    (id) => id,
  )
  const genreIds = [...byGenre.keys()].sort((one, other) => byGenre.get(other)!.length - byGenre.get(one)!.length)
  const [genreId] = genreIds
  assert.ok(genreId)
  await follower.call(FollowGenreDocument, { input: { genreId } })
  return { author, follower, works: all.filter(({ genres }) => genres.some(({ id }) => id === genreId)), genreIds }
}
