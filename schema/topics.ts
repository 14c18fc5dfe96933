/** One Kafka topic as it is created by the migration. Names: `vibely.<domain>.<aggregate>.v1`, keyed by the aggregate's id. */
export interface Topic {
  readonly name: string
  readonly partitions: number
  /** True for a state topic: the newest value of a key is the whole state. */
  readonly compacted: boolean
}

const aggregate = (name: string): Topic => ({ name, partitions: 12, compacted: false })
const state = (name: string): Topic => ({ name, partitions: 12, compacted: true })

/** Every topic of the system. Partition counts never change later: keys would move. */
export const topics: readonly Topic[] = [
  aggregate('vibely.auth.user.v1'),
  state('vibely.culture.work-state.v1'),
  state('vibely.culture.genre-state.v1'),
  aggregate('vibely.culture.review.v1'),
  aggregate('vibely.culture.library.v1'),
  aggregate('vibely.social.follow.v1'),
  aggregate('vibely.social.interest.v1'),
  { name: 'dead_letters', partitions: 3, compacted: false },
]
