import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type Complete, type FieldPlan, failedValue, type ObjectPlan, type Place, type QueryRun, resolveInfo } from './compiled-plan.ts'
import { executeObject } from './compiled-run.ts'
import { isPromise } from './soon.ts'

type PlanFor = (type: GraphQLObjectType) => ObjectPlan

/** Compiles the completion of a type. @param name of the field, for messages */
export function completionOf(schema: GraphQLSchema, type: GraphQLOutputType, name: string, planFor: PlanFor): Complete {
  if (isNonNullType(type)) return nonNull(completionOf(schema, type.ofType, name, planFor), name)
  const complete = nullableCompletion(schema, type, name, planFor)
  return (run, value, place, field) => {
    if (value instanceof Error) throw value
    return value === null || value === undefined ? null : complete(run, value, place, field)
  }
}

function nonNull(complete: Complete, name: string): Complete {
  const check = (value: unknown) => {
    if (value === null) throw new Error(`Cannot return null for non-nullable field ${name}.`)
    return value
  }
  return (run, value, place, field) => {
    const completed = complete(run, value, place, field)
    return isPromise(completed) ? completed.then(check) : check(completed)
  }
}

function nullableCompletion(schema: GraphQLSchema, type: GraphQLOutputType, name: string, planFor: PlanFor): Complete {
  if (isListType(type)) return listCompletion(schema, type, name, planFor)
  if (isLeafType(type)) return leafCompletion(type)
  if (isAbstractType(type)) return abstractCompletion(schema, type, name, planFor)
  if (isObjectType(type)) return objectCompletion(type, planFor)
  throw new Error(`${String(type)} is no output type`)
}

function leafCompletion(type: GraphQLLeafType): Complete {
  return (_run, value) => {
    const serialized: unknown = type.serialize(value)
    if (serialized === null || serialized === undefined) throw new Error(`${type.name} cannot be written as nothing.`)
    return serialized
  }
}

function listCompletion(schema: GraphQLSchema, type: GraphQLList<GraphQLOutputType>, name: string, planFor: PlanFor): Complete {
  const complete = completionOf(schema, type.ofType, name, planFor)
  const isNonNull = isNonNullType(type.ofType)

  function item(run: QueryRun, value: unknown, place: Place, field: FieldPlan): unknown {
    const failed = (error: unknown) => failedValue(run, field, place, error, isNonNull)
    try {
      const completed = isPromise(value) ? value.then((given) => complete(run, given, place, field)) : complete(run, value, place, field)
      return isPromise(completed) ? completed.then(undefined, failed) : completed
    } catch (error) {
      return failed(error)
    }
  }

  return (run, value, place, field) => {
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`)
    const items: unknown[] = []
    let waits = false
    try {
      for (const one of value as Iterable<unknown>) {
        const completed = item(run, one, { prev: place, key: items.length, typename: undefined }, field)
        waits ||= isPromise(completed)
        items.push(completed)
      }
    } catch (error) {
      if (!waits) throw error
      return Promise.allSettled(items).then(() => {
        throw error
      })
    }
    return waits ? Promise.all(items) : items
  }
}

function objectCompletion(type: GraphQLObjectType, planFor: PlanFor): Complete {
  const { isTypeOf } = type
  let plan: ObjectPlan | undefined
  const execute = (run: QueryRun, value: unknown, place: Place) => {
    plan ??= planFor(type)
    return executeObject(run, plan, value, place)
  }
  if (!isTypeOf) return execute
  const wrong = (value: unknown) => new GraphQLError(`Expected value of type "${type.name}" but got: ${typeof value}.`)
  return (run, value, place, field) => {
    const fits = isTypeOf(value, run.context, resolveInfo(run, field, place))
    if (isPromise(fits))
      return fits.then((does) => {
        if (!does) throw wrong(value)
        return execute(run, value, place)
      })
    if (!fits) throw wrong(value)
    return execute(run, value, place)
  }
}

function abstractCompletion(schema: GraphQLSchema, type: GraphQLAbstractType, name: string, planFor: PlanFor): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver
  const completions = new Map<string, Complete>()

  function completionFor(typeName: unknown): Complete {
    const known = typeof typeName === 'string' ? completions.get(typeName) : undefined
    if (known) return known
    const concrete = typeof typeName === 'string' ? schema.getType(typeName) : undefined
    if (!isObjectType(concrete) || !schema.isSubType(type, concrete))
      throw new GraphQLError(`Abstract type "${type.name}" must resolve to one of its object types at runtime for field "${name}".`)
    const made = objectCompletion(concrete, planFor)
    completions.set(concrete.name, made)
    return made
  }

  return (run, value, place, field) => {
    const typeName: unknown = resolveType(value, run.context, resolveInfo(run, field, place), type)
    return isPromise(typeName)
      ? typeName.then((found) => completionFor(found)(run, value, place, field))
      : completionFor(typeName)(run, value, place, field)
  }
}
