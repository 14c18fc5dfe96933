import { requireFact, requireSession } from '@vibely/kit/viewer'
import { isUnprintable, type TextProblem } from '../accounts/names.ts'
import { idempotencyKeyProblem } from '../accounts/new-member.ts'
import type { CreateApiKeyInput, MutationResolvers, QueryResolvers, ViewerResolvers } from '../generated/graphql.ts'
import { conflictError, inputError, limitError } from '../user-errors.ts'
import { isPossibleEnd } from './api-key.ts'
import { createApiKey, type NewApiKey } from './create-api-key.ts'
import { findHolder } from './holder.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { listApiKeys } from './store.ts'

const LABEL_MAX = 50

export const Query: QueryResolvers = {
  apiKeyHolder: (_, { secretHash }, { db }) => findHolder(db, secretHash),
}

export const Mutation: MutationResolvers = {
  createApiKey: async (_, { input }, { viewer, db }) => {
    const { id } = requireFact(requireSession(viewer), 'recent_authentication')
    const wanted = newApiKey(input)
    const problems = problemsOf(wanted)
    if (problems.length > 0) return { userErrors: problems.map(({ code, field }) => inputError(code, 'input', field)) }
    const outcome = await createApiKey(db, id, wanted)
    if (outcome.ok) return { apiKey: outcome.apiKey, secret: outcome.secret, userErrors: [] }
    const { code } = outcome
    if (code === 'SCOPE_NOT_HELD') return { userErrors: [inputError(code, 'input', 'scopes')] }
    return { userErrors: [code === 'API_KEY_LIMIT' ? limitError(code, null) : conflictError(code, null, 'input', 'idempotencyKey')] }
  },
  revokeApiKey: async (_, { input: { apiKeyId } }, context) => {
    const apiKey = await revokeApiKey(context, requireSession(context.viewer).id, apiKeyId)
    return { apiKey, userErrors: apiKey ? [] : [inputError('NOT_FOUND', 'input', 'apiKeyId')] }
  },
}

export const Viewer: Pick<ViewerResolvers, 'apiKeys'> = {
  apiKeys: (_, _args, { viewer, db }) => listApiKeys(db, requireSession(viewer).id),
}

const newApiKey = ({ label, scopes, expiresAt, idempotencyKey }: CreateApiKeyInput): NewApiKey => ({
  label: label.trim(),
  scopes: [...new Set(scopes)],
  expiresAt: expiresAt ?? null,
  idempotencyKey: idempotencyKey ?? null,
})

/** Everything that is wrong with the input, at most one problem a field. */
function problemsOf({ label, scopes, expiresAt, idempotencyKey }: NewApiKey): { code: TextProblem; field: keyof NewApiKey }[] {
  const codes = {
    label: labelProblem(label),
    scopes: scopes.length === 0 ? 'TOO_SHORT' : null,
    expiresAt: expiresAt === null || isPossibleEnd(expiresAt, new Date()) ? null : 'INVALID',
    idempotencyKey: idempotencyKey === null ? null : idempotencyKeyProblem(idempotencyKey),
  } satisfies Record<keyof NewApiKey, TextProblem | null>
  return Object.entries(codes).flatMap(([field, code]) => (code ? [{ code, field: field as keyof NewApiKey }] : []))
}

function labelProblem(label: string): TextProblem | null {
  if (label === '') return 'REQUIRED'
  if ([...label].length > LABEL_MAX) return 'TOO_LONG'
  return isUnprintable(label) ? 'INVALID' : null
}
