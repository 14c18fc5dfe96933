/** The keys are sealed with another secret than the one given. */
export class WrongSecretError extends Error {
  override readonly name = 'WrongSecretError'
}
