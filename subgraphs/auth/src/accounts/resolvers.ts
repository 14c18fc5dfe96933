import { fault } from '@vibely/kit/errors'
import { requireScope, requireSession } from '@vibely/kit/viewer'
import type { Context } from '../context.ts'
import type { MutationResolvers, QueryResolvers, RegisterInput, UserResolvers, ViewerResolvers } from '../generated/graphql.ts'
import { deviceNameFrom } from '../sessions/device-name.ts'
import { scopesNamed } from '../sessions/scopes.ts'
import { tokenPair } from '../sessions/token-pair.ts'
import { conflictError, inputError, limitError } from '../user-errors.ts'
import type { Account } from './account.ts'
import { isReserved, usernameProblem } from './names.ts'
import { emailProblem, type MemberTexts, memberProblems } from './new-member.ts'
import { register } from './register.ts'
import { renameUser } from './rename-user.ts'
import { requestEmailVerification } from './request-email-verification.ts'
import { findNameOwner } from './username-store.ts'
import { verifyEmail } from './verify-email.ts'

const MAX_USERS = 100

export const Query: QueryResolvers = {
  viewer: async (_, _args, { viewer, loaders }) => {
    const account = viewer && (await loaders.account.load(viewer.id))
    return account && viewer ? { user: account, emailVerified: account.emailVerified, scopes: scopesNamed(viewer.scopes) } : null
  },
  user: async (_, { by: { id, username } }, { db, loaders }) => {
    if ((id == null) === (username == null)) throw fault('BAD_USER_INPUT', 'Give either id or username.')
    const found = id ?? (username == null || usernameProblem(username) ? null : await findNameOwner(db, username))
    return found == null ? null : loaders.account.load(found)
  },
  users: (_, { ids }, { loaders }) => {
    if (ids.length < 1 || ids.length > MAX_USERS) throw fault('BAD_USER_INPUT', `\`ids\` must be from 1 to ${MAX_USERS}.`)
    return Promise.all(ids.map((id) => loaders.account.load(id)))
  },
}

export const Mutation: MutationResolvers = {
  register: async (_, { input }, context) => {
    const texts = memberTexts(input)
    const problems = memberProblems(texts)
    if (problems.length > 0) return { userErrors: problems.map(({ code, field }) => inputError(code, 'input', field)) }
    const outcome = await register(context, {
      ...texts,
      displayName: texts.displayName ?? texts.username,
      deviceName: deviceNameFrom(context.userAgent),
    })
    if (!outcome.ok)
      return { userErrors: [conflictError(outcome.code, null, 'input', outcome.code === 'USERNAME_TAKEN' ? 'username' : 'idempotencyKey')] }
    const { account, grant } = outcome
    return { user: account, tokens: await tokenPair(context.accessTokens, account, grant), userErrors: [] }
  },
  requestEmailVerification: async (_, { input }, context) => {
    const email = input.email.trim()
    const problem = emailProblem(email)
    if (problem) return { accepted: false, userErrors: [inputError(problem, 'input', 'email')] }
    await requestEmailVerification(context, email)
    return { accepted: true, userErrors: [] }
  },
  verifyEmail: async (_, { input }, { db, loaders }) => {
    const outcome = await verifyEmail(db, input.token.trim())
    if (outcome.ok) return { user: await changed(loaders, outcome.userId), userErrors: [] }
    const { code } = outcome
    return { userErrors: [code === 'EMAIL_TAKEN' ? conflictError(code, null, 'input', 'token') : inputError(code, 'input', 'token')] }
  },
  renameUser: async (_, { input: { username } }, context) => {
    const { id } = requireSession(context.viewer)
    const problem = usernameProblem(username) ?? (isReserved(username) ? 'USERNAME_RESERVED' : null)
    if (problem) return { userErrors: [inputError(problem, 'input', 'username')] }
    const outcome = await renameUser(context, id, username)
    if (outcome.ok) return { user: await changed(context.loaders, id), userErrors: [] }
    const error =
      outcome.code === 'LIMIT_REACHED'
        ? limitError(outcome.code, outcome.retryAt, 'input', 'username')
        : conflictError(outcome.code, null, 'input', 'username')
    return { userErrors: [error] }
  },
}

export const User: UserResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.account.load(id),
}

export const Viewer: Pick<ViewerResolvers, 'email'> = {
  email: async (_, _args, { viewer, loaders }) => {
    const account = await loaders.account.load(requireScope(viewer, 'account:read').id)
    return account?.email ?? null
  },
}

/** The account as it is after a change. */
const changed = (loaders: Context['loaders'], id: string): Promise<Account | null> => loaders.account.clear(id).load(id)

const memberTexts = ({ email, username, password, displayName, idempotencyKey }: RegisterInput): MemberTexts => ({
  email: email.trim(),
  username: username.trim(),
  displayName: displayName?.trim() ?? null,
  password,
  idempotencyKey: idempotencyKey ?? null,
})
