/** Values of an operation's variables, with their defaults. */
export type Variables = Readonly<Record<string, unknown>>

/** A number that is known when an operation is prepared, or follows from its variables. May throw for variables that are refused. */
export type Term = number | ((variables: Variables) => number)

export const evaluate = (term: Term, variables: Variables): number => (typeof term === 'number' ? term : term(variables))

/** What is known is added once, so that nothing but variables is left to do for a request. */
export function sum(terms: readonly Term[]): Term {
  let known = 0
  const open: ((variables: Variables) => number)[] = []
  for (const term of terms) {
    if (typeof term === 'number') known += term
    else open.push(term)
  }
  if (open.length === 0) return known
  return (variables) => {
    let total = known
    for (const term of open) total += term(variables)
    return total
  }
}

export function largest(terms: readonly Term[]): Term {
  if (terms.every((term) => typeof term === 'number')) return Math.max(0, ...terms)
  return (variables) => {
    let most = 0
    for (const term of terms) most = Math.max(most, evaluate(term, variables))
    return most
  }
}

export function product(size: Term, each: Term): Term {
  if (typeof size === 'number' && typeof each === 'number') return size * each
  return (variables) => evaluate(size, variables) * evaluate(each, variables)
}

/** The term where the condition holds, nothing where not. */
export const when = (holds: (variables: Variables) => boolean, term: Term): Term =>
  term === 0 ? 0 : (variables) => (holds(variables) ? evaluate(term, variables) : 0)
