// npm run bench:embedded: the router with the subgraphs in its process, against the same resolvers in one schema without federation.
//   -- --workloads heavy,page --rounds 5 --seconds 3 --warm-up 5 --connections 50
import { contenders } from './embedded/contenders.ts'
import { runComparison } from './gateways/command.ts'

await runComparison({ name: 'embedded', contenders, workloads: ['heavy', 'page', 'tiny'], short: 'one schema' })
