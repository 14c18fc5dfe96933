import { subgraphContract } from '@vibely/kit/contract-suite'
import { runningAuth } from './running-auth.ts'

subgraphContract({ name: 'auth', main: new URL('../src/main.ts', import.meta.url), start: () => runningAuth() })
