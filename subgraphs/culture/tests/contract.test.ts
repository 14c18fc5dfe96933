import { subgraphContract } from '@vibely/kit/contract-suite'
import { runningCulture } from './running-culture.ts'

subgraphContract({ name: 'culture', main: new URL('../src/main.ts', import.meta.url), start: runningCulture })
