/** Counts the distinct people of a result, and names them by keyed hashes: who lacks the key can't tell or guess a person. */
import { createHmac } from 'node:crypto'
import { AUDIT_REFS_MAX, AUDIT_SUBJECTS_MAX } from '../limits.js'
import type { Subjects } from './event.js'

/** 128 bits of the hash: short in the log, and no two people of any base collide. */
const REF_BYTES = 16

/** The reference of a person: HMAC-SHA-256 over type, 0 and the text form of the key, base64url. The same person has the same one in each event. */
export const subjectRef = (key: Uint8Array, type: string, keyText: Uint8Array | string): string =>
  createHmac('sha256', key).update(type).update('\0').update(keyText).digest().subarray(0, REF_BYTES).toString('base64url')

export interface SubjectCounter {
  /** Counts the person with this key, in its text form, unless counted before. */
  add(keyText: Uint8Array | string): void
  /** Undefined if nobody was counted. */
  report(): Subjects | undefined
}

/** Counts people of one type: exactly up to 10,000, as a lower bound beyond; up to 200 are named, else none. */
export const createSubjectCounter = (key: Uint8Array, type: string): SubjectCounter => {
  const refs = new Set<string>()
  let isExact = true
  return {
    add: keyText => {
      if (!isExact) return
      const ref = subjectRef(key, type, keyText)
      if (refs.has(ref)) return
      if (refs.size === AUDIT_SUBJECTS_MAX) isExact = false
      else refs.add(ref)
    },
    report: () => {
      if (refs.size === 0) return undefined
      const counted = { type, count: refs.size, count_exact: isExact }
      // A part of the people would look like all of them.
      return refs.size <= AUDIT_REFS_MAX ? { ...counted, refs: [...refs] } : counted
    },
  }
}
