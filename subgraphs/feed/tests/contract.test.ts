import { subgraphContract } from '@vibely/kit/contract-suite'
import { runningFeed } from './running-feed.ts'

subgraphContract({ name: 'feed', main: new URL('../src/main.ts', import.meta.url), start: () => runningFeed() })
