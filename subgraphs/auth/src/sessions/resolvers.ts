import { requireSession } from '@vibely/kit/viewer'
import { isUnprintable } from '../accounts/names.ts'
import type { MutationResolvers, QueryResolvers } from '../generated/graphql.ts'
import { inputError, limitError } from '../user-errors.ts'
import { DEVICE_NAME_MAX, deviceNameFrom } from './device-name.ts'
import { endedSince } from './ended-credentials.ts'
import { refreshSession } from './refresh-session.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { tokenPair } from './token-pair.ts'

export const Query: QueryResolvers = {
  endedCredentials: (_, { since }, { db }) => endedSince(db, since ?? null),
}

export const Mutation: MutationResolvers = {
  signIn: async (_, { input: { login, password, deviceName: given } }, context) => {
    const deviceName = given?.trim() || deviceNameFrom(context.userAgent)
    if (deviceName.length > DEVICE_NAME_MAX) return { userErrors: [inputError('TOO_LONG', 'input', 'deviceName')] }
    if (isUnprintable(deviceName)) return { userErrors: [inputError('INVALID', 'input', 'deviceName')] }
    const outcome = await signIn(context, { login, password, deviceName })
    if (!outcome.ok) return { userErrors: ['retryAt' in outcome ? limitError(outcome.code, outcome.retryAt) : inputError(outcome.code)] }
    return { tokens: await tokenPair(context.accessTokens, outcome.account, outcome.grant), userErrors: [] }
  },
  refreshSession: async (_, { input: { refreshToken } }, context) => {
    if (!refreshToken) return { userErrors: [inputError('REQUIRED', 'input', 'refreshToken')] }
    const outcome = await refreshSession(context, refreshToken)
    if (!outcome.ok) return { userErrors: [inputError(outcome.code, 'input', 'refreshToken')] }
    return { tokens: await tokenPair(context.accessTokens, outcome.account, outcome.grant), userErrors: [] }
  },
  signOut: async (_, { input: { everywhere } }, context) => {
    const { id, sessionId } = requireSession(context.viewer)
    const which = everywhere ? { accountId: id } : { accountId: id, id: sessionId }
    return { revokedSessions: await signOut(context, which), userErrors: [] }
  },
}
