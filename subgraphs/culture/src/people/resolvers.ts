import { mustLoad } from '@vibely/kit/loading'
import type { CreditConnectionResolvers, CreditResolvers, PersonResolvers, QueryResolvers } from '../generated/graphql.ts'
import { Counted, pageOf } from '../paging.ts'
import { CREDIT_ORDER } from '../works/store.ts'

export const Query: QueryResolvers = {
  person: (_, { id }, { loaders }) => loaders.person.load(id),
}

export const Person: PersonResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.person.load(id),
  id: ({ _id }) => _id,
  credits: ({ _id }, { roles, ...page }, { cursors, loaders }) => {
    const list = { parent: _id, filter: roles ? { role: { $in: roles } } : {} }
    return pageOf(
      cursors,
      {
        name: `credits of ${_id}`,
        order: CREDIT_ORDER,
        read: (window) => loaders.creditsOfPerson.read(list, window),
        count: () => loaders.creditsOfPerson.count(list),
      },
      page,
    )
  },
}

export const Credit: CreditResolvers = {
  person: ({ personId }, _, { loaders }) => mustLoad(loaders.person, personId),
}

export const CreditConnection: CreditConnectionResolvers = Counted
