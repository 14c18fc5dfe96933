// npm run bench:gateways: our router against every other JavaScript gateway, on the same subgraphs and queries.
//   -- --only vibely --workloads heavy,page --rounds 5 --seconds 3 --warm-up 5 --connections 50 --processes 1
import { runComparison } from './gateways/command.ts'
import { workloads } from './gateways/compare.ts'
import { contenders } from './gateways/contenders.ts'

await runComparison({ name: 'gateways', contenders, workloads: [...workloads.keys()], short: 'stock' })
