import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import { findProfiles, type Profile } from './store.ts'

/** Profiles by user. */
export const profileLoader = (db: Db): DataLoader<string, Profile> => new DataLoader((userIds) => findProfiles(db, userIds))
