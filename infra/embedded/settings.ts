import { authEnv } from '@vibely/auth/env'
import { cultureEnv } from '@vibely/culture/env'
import { feedEnv } from '@vibely/feed/env'
import { routerEnv } from '@vibely/router/env'
import { socialEnv } from '@vibely/social/env'

/** Everything that the application reads as one process. */
export const applicationEnv = { ...authEnv, ...cultureEnv, ...socialEnv, ...feedEnv, ...routerEnv }
