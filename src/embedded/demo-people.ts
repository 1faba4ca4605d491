import { Faker, base, de, en } from '@faker-js/faker'
import type { DemoTable } from './demo-schema.js'
import { germanTexts, englishTexts, type Texts } from './demo-texts.js'

/** One row in the order of DEMO_TABLES' columns. Dates and times are ISO 8601 text. */
export interface DemoRow {
  readonly table: DemoTable
  readonly values: readonly (string | number | null)[]
}

/** How many of each; a test of the whole path passes smaller numbers. */
export interface DemoCounts {
  readonly accounts: number
  readonly contacts: number
  readonly leads: number
  readonly deals: number
  readonly activities: number
}

export const DEMO_COUNTS: DemoCounts = { accounts: 300, contacts: 4_000, leads: 1_500, deals: 1_200, activities: 8_000 }

const SEED = 20_260_101
const NOW_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000

interface Person {
  readonly first: string
  readonly last: string
  readonly email: string
  readonly phone: string
  readonly texts: Texts
}

interface World {
  readonly languages: readonly Language[]
  readonly faker: Faker
  readonly emails: Set<string>
}

interface Language {
  readonly faker: Faker
  readonly texts: Texts
  readonly phones: readonly string[]
}

// Numbers that regulators keep for films and examples (Bundesnetzagentur, Ofcom, NANPA): none rings at a real person's.
const GERMAN_PHONES = ['+49 30 23125 ', '+49 40 66969 ', '+49 69 90009 ', '+49 89 99998 ', '+49 221 4710 ']
const ENGLISH_PHONES = ['+44 20 7946 0', '+44 161 496 0', '+44 7700 900', '+1 212 555 0']

/**
 * All rows of the sample CRM, German and English, always the same for the same counts. Mail addresses are in domains
 * kept for examples. Contact 1 is always Erika Mustermann, so that documentation can name her.
 */
export function* demoRows(counts: DemoCounts = DEMO_COUNTS): Generator<DemoRow> {
  const world = createWorld()
  yield* accountRows(world, counts)
  const contacts: Person[] = []
  for (let id = 1; id <= counts.contacts; id++) {
    const person = id === 1 ? erika(world) : makePerson(world)
    contacts.push(person)
    yield { table: 'contacts', values: contactValues(world, person, id, counts) }
  }
  yield* leadRows(world, contacts, counts)
  yield* dealRows(world, counts)
  yield* activityRows(world, contacts, counts)
  yield* consentRows(world, contacts)
}

const createWorld = (): World => {
  const german = new Faker({ locale: [de, en, base], seed: SEED })
  const english = new Faker({ locale: [en, base], seed: SEED + 1 })
  const languages: readonly Language[] = [
    { faker: german, texts: germanTexts, phones: GERMAN_PHONES },
    { faker: english, texts: englishTexts, phones: ENGLISH_PHONES },
  ]
  return { languages, faker: english, emails: new Set() }
}

const erika = ({ emails }: World): Person => {
  const email = 'erika.mustermann@example.com'
  emails.add(email)
  return { first: 'Erika', last: 'Mustermann', email, phone: '+49 30 23125 042', texts: germanTexts }
}

const makePerson = ({ faker, languages, emails }: World): Person => {
  const { faker: names, texts, phones } = faker.helpers.arrayElement(languages)
  const [first, last] = [names.person.firstName(), names.person.lastName()]
  const phone = `${faker.helpers.arrayElement(phones)}${faker.string.numeric(3)}`
  return { first, last, email: freshEmail({ faker, emails }, first, last), phone, texts }
}

const freshEmail = ({ faker, emails }: Pick<World, 'faker' | 'emails'>, first: string, last: string): string => {
  const local = `${ascii(first)}.${ascii(last)}`
  const domain = faker.helpers.arrayElement(['example.com', 'example.net', 'example.org'])
  for (let number = 1; ; number++) {
    const email = `${local}${number === 1 ? '' : number}@${domain}`
    if (emails.has(email)) continue
    emails.add(email)
    return email
  }
}

const ascii = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[äöüß]/g, letter => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? 'ss')
    .normalize('NFD')
    .replace(/[^a-z]/g, '')

const pastTime = (faker: Faker): string => new Date(NOW_MS - faker.number.int({ min: 1, max: 1_000 * DAY_MS })).toISOString()
const maybe = <Value>(faker: Faker, probability: number, value: Value): Value | null => (faker.datatype.boolean({ probability }) ? value : null)

function* accountRows({ languages, faker }: World, { accounts }: DemoCounts): Generator<DemoRow> {
  for (let id = 1; id <= accounts; id++) {
    const { faker: names } = faker.helpers.arrayElement(languages)
    const industry = faker.helpers.arrayElement(['retail', 'logistics', 'software', 'health', 'energy', 'food', 'finance'])
    yield { table: 'accounts', values: [id, names.company.name(), names.location.city(), industry, pastTime(faker)] }
  }
}

const contactValues = ({ faker }: World, person: Person, id: number, { accounts }: DemoCounts): DemoRow['values'] => {
  const { first, last, email, phone, texts } = person
  // Days since 1935 as text: no time zone can move a birthday.
  const born = new Date(Date.UTC(1935, 0, 1) + faker.number.int({ min: 0, max: 26_000 }) * DAY_MS).toISOString().slice(0, 10)
  const birthDate = id === 1 ? '1964-08-12' : maybe(faker, 0.9, born)
  const notes = faker.helpers.weightedArrayElement([
    { weight: 3, value: faker.helpers.arrayElement(texts.notes)(person) },
    { weight: 1, value: '' },
    { weight: 1, value: null },
  ])
  const accountId = faker.number.int({ min: 1, max: accounts })
  const phoneIfKnown = id === 1 ? phone : maybe(faker, 0.95, phone)
  return [id, accountId, first, last, email, phoneIfKnown, birthDate, notes, pastTime(faker)]
}

function* leadRows(world: World, contacts: readonly Person[], { leads }: DemoCounts): Generator<DemoRow> {
  const { faker } = world
  for (let id = 1; id <= leads; id++) {
    // Every tenth lead has become a contact and is found again by its address.
    const person = id % 10 === 0 ? faker.helpers.arrayElement(contacts) : makePerson(world)
    const source = faker.helpers.arrayElement(['web', 'fair', 'referral', 'phone', 'import'])
    const status = id % 10 === 0 ? 'converted' : faker.helpers.arrayElement(['new', 'contacted', 'qualified', 'lost'])
    const note = maybe(faker, 0.6, faker.helpers.arrayElement(person.texts.notes)(person))
    const values = [id, `${person.first} ${person.last}`, person.email, maybe(faker, 0.8, person.phone), source, status, note, pastTime(faker)]
    yield { table: 'leads', values }
  }
}

function* dealRows({ faker }: World, { accounts, contacts, deals }: DemoCounts): Generator<DemoRow> {
  for (let id = 1; id <= deals; id++) {
    const kind = faker.helpers.arrayElement(['Licence', 'Renewal', 'Pilot', 'Support', 'Upgrade'])
    const title = `${kind} ${faker.number.int({ min: 2024, max: 2027 })}`
    const amount = (faker.number.int({ min: 50_000, max: 25_000_000 }) / 100).toFixed(2)
    const stage = faker.helpers.arrayElement(['open', 'offered', 'won', 'lost'])
    const closesOn = new Date(NOW_MS + faker.number.int({ min: -300, max: 300 }) * DAY_MS).toISOString().slice(0, 10)
    const [accountId, contactId] = [faker.number.int({ min: 1, max: accounts }), faker.number.int({ min: 1, max: contacts })]
    yield { table: 'deals', values: [id, accountId, contactId, title, amount, stage, closesOn] }
  }
}

function* activityRows({ faker }: World, contacts: readonly Person[], { activities }: DemoCounts): Generator<DemoRow> {
  for (let id = 1; id <= activities; id++) {
    const contactId = faker.number.int({ min: 1, max: contacts.length })
    const person = contacts[contactId - 1]
    if (person === undefined) continue
    const kind = faker.helpers.arrayElement(['call', 'email', 'meeting', 'note'])
    const body = faker.helpers.arrayElement(person.texts.activities)(person)
    yield { table: 'activities', values: [id, contactId, kind, body, pastTime(faker)] }
  }
}

function* consentRows({ faker }: World, contacts: readonly Person[]): Generator<DemoRow> {
  let id = 0
  for (const [index, { first, last }] of contacts.entries()) {
    if (!faker.datatype.boolean({ probability: 0.6 })) continue
    const purpose = faker.helpers.arrayElement(['newsletter', 'phone', 'profiling'])
    const status = faker.helpers.weightedArrayElement([{ weight: 4, value: 'given' }, { weight: 1, value: 'withdrawn' }])
    yield { table: 'consents', values: [++id, index + 1, purpose, status, `${first} ${last}`, pastTime(faker)] }
  }
}
