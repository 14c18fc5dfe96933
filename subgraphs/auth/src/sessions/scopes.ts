import type { Role, Scope } from '../generated/graphql.ts'

const ROLES: readonly Role[] = ['MEMBER', 'CURATOR', 'MODERATOR', 'ADMIN']

// What each role adds to those before it.
const ADDED: Record<Role, readonly Scope[]> = {
  MEMBER: [
    'ACCOUNT_READ',
    'ACCOUNT_EXPORT',
    'LIBRARY_READ',
    'LIBRARY_WRITE',
    'LIBRARY_IMPORT',
    'CATALOG_WRITE',
    'SOCIAL_READ',
    'SOCIAL_WRITE',
    'FEED_READ',
    'FEED_WRITE',
    'NOTIFICATIONS_READ',
    'NOTIFICATIONS_WRITE',
    'MESSAGES_READ',
    'MESSAGES_WRITE',
  ],
  CURATOR: ['CATALOG_CURATE'],
  MODERATOR: ['MODERATE'],
  ADMIN: ['ADMIN'],
}

/** The role and those it includes. */
export const rolesUpTo = (role: Role): readonly Role[] => ROLES.slice(0, ROLES.indexOf(role) + 1)

/** Scopes that a session of this role holds. */
export const scopesOf = (role: Role): readonly Scope[] => rolesUpTo(role).flatMap((included) => ADDED[included])

/** A scope as tokens and @requiresScopes spell it: `library:write`. */
export const scopeName = (scope: Scope): string => scope.toLowerCase().replace('_', ':')

const BY_NAME = new Map(scopesOf('ADMIN').map((scope) => [scopeName(scope), scope]))

/** The known scopes among the names of a token. */
export const scopesNamed = (names: readonly string[]): Scope[] => names.flatMap((name) => BY_NAME.get(name) ?? [])
