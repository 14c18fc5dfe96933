import DataLoader from 'dataloader'
import { findPresences, type Presence, type PresenceStore } from './store.ts'

/** Presence of members by id. */
export const presenceLoader = (store: PresenceStore): DataLoader<string, Presence> => new DataLoader((ids) => findPresences(store, ids))
