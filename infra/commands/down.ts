import { composeDown } from '../docker-engine.ts'
import { takeDown } from '../down.ts'

/** `vibely down` */
export async function down(): Promise<void> {
  const stopped = [...(await takeDown()), ...(await composeDown())]
  console.log(stopped.length > 0 ? `Stopped: ${stopped.join(', ')}.` : 'Nothing was running.')
}
