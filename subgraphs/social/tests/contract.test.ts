import { subgraphContract } from '@vibely/kit/contract-suite'
import { runningSocial } from './running-social.ts'

subgraphContract({ name: 'social', main: new URL('../src/main.ts', import.meta.url), start: runningSocial })
