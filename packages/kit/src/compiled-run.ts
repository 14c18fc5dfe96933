import { type FieldPlan, failedValue, type ObjectPlan, type Place, type QueryRun, resolveInfo } from './compiled-plan.ts'
import { isPromise } from './soon.ts'

/** Executes the fields of an object; a promise when one of them is. @throws the error of a field that may not be null */
export function executeObject(run: QueryRun, { fields, template }: ObjectPlan, source: unknown, place: Place | undefined): unknown {
  const result: Record<string, unknown> = { ...template }
  let waits: Promise<void>[] | null = null
  try {
    for (const field of fields) {
      const value = executeField(run, field, source, place)
      if (isPromise(value)) {
        waits ??= []
        waits.push(
          value.then((settled) => {
            result[field.name] = settled
          }),
        )
      } else result[field.name] = value
    }
  } catch (error) {
    if (!waits) throw error
    // The others are awaited, so that nothing runs on behind the answer.
    return Promise.allSettled(waits).then(() => {
      throw error
    })
  }
  return waits ? Promise.all(waits).then(() => result) : result
}

function executeField(run: QueryRun, field: FieldPlan, source: unknown, parent: Place | undefined): unknown {
  try {
    const property = field.resolve ? undefined : propertyOf(source, field.definition.name)
    // Most fields are a text or a number in an object: nothing to wait for, and nobody to be told where it is.
    if (field.isPlain && typeof property !== 'object' && typeof property !== 'function' && property !== undefined)
      return field.complete(run, property, NOWHERE, field)
    const place = placeOf(field, parent)
    const value = field.resolve || typeof property === 'function' ? called(run, field, source, property, place) : property
    const completed = isPromise(value)
      ? value.then((given) => field.complete(run, given, place, field))
      : field.complete(run, value, place, field)
    return isPromise(completed)
      ? completed.then(undefined, (error: unknown) => failedValue(run, field, place, error, field.isNonNull))
      : completed
  } catch (error) {
    return failedValue(run, field, placeOf(field, parent), error, field.isNonNull)
  }
}

const NOWHERE: Place = { prev: undefined, key: '', typename: undefined }

const placeOf = ({ name, parentType }: FieldPlan, parent: Place | undefined): Place => ({
  prev: parent,
  key: name,
  typename: parentType.name,
})

function propertyOf(source: unknown, name: string): unknown {
  if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined
  return (source as Readonly<Record<string, unknown>>)[name]
}

/** What the field's resolver says, or the method that stands in the source. */
function called(run: QueryRun, field: FieldPlan, source: unknown, method: unknown, place: Place): unknown {
  const given = ownArguments(run, field)
  const info = resolveInfo(run, field, place)
  if (field.resolve) return field.resolve(source, given, run.context, info)
  return (method as (...parts: unknown[]) => unknown).call(source, given, run.context, info)
}

/** The arguments, in an object that the resolver may change. @throws GraphQLError when they are not usable */
function ownArguments(run: QueryRun, field: FieldPlan): Record<string, unknown> {
  if (!field.readArguments) return {}
  const known = run.arguments[field.argumentPlace] ?? field.readArguments(run.variables)
  run.arguments[field.argumentPlace] = known
  return { ...known }
}
