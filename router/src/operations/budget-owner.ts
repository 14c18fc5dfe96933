import { networkOf } from '@vibely/kit/address'
import type { Caller } from '@vibely/kit/viewer'

/** Whose budget an operation is paid from: the user's, or that of the address it comes from. */
export const budgetOwner = ({ viewer, ip }: Caller): string => (viewer ? `user:${viewer.id}` : `address:${networkOf(ip ?? 'unknown')}`)
