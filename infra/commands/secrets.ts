import { freshSecrets } from '../secrets.ts'

/** `vibely secrets` */
export async function secrets(): Promise<void> {
  for (const [name, value] of Object.entries(freshSecrets())) console.log(`${name}=${value}`)
}
