import type { Account } from './account.ts'

/** What holds for an account, for policies. The router adds what depends on the clock. */
export const factsOf = ({ emailVerified, status }: Pick<Account, 'emailVerified' | 'status'>): string[] => [
  ...(emailVerified ? ['verified_email'] : []),
  ...(status === 'SUSPENDED' ? [] : ['not_sanctioned']),
]
