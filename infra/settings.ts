import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { interrupted } from './interruption.ts'
import { checkout } from './native/state.ts'
import { Problem } from './problem.ts'

const execute = promisify(execFile)

/**
 * Reads the settings of the application as it will read them: better known before the long steps than after them.
 * @throws Problem that names all that are wrong
 */
export async function checkSettings(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await execute(process.execPath, [join(checkout, 'infra/embedded/check-settings.ts')], { cwd: checkout, env, signal: interrupted })
  } catch (error) {
    const { stderr = '' } = error as Error & { readonly stderr?: string }
    if (!stderr.startsWith('The environment')) throw error
    throw new Problem(stderr.trim(), 'Change these settings, or unset them: .env.example says what they are.')
  }
}
