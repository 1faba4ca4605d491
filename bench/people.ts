/** The rows of `people`, written through the proxy so that they arrive sealed. */
import { withClient } from '../src/embedded/connection.js'
import { PEOPLE } from './cases.js'

const ROWS_A_STATEMENT = 500
const COLUMNS = 5

const person = (id: number): readonly (string | number)[] => [id, `Erika${id}`, `Mustermann-${id}`, `erika.mustermann.${id}@example.com`, 'Berlin']

const rowText = (index: number): string => `(${Array.from({ length: COLUMNS }, (_, column) => `$${index * COLUMNS + column + 1}`).join(', ')}, now())`

const insertText = (rows: number): string =>
  `INSERT INTO people (id, first_name, last_name, email, city, created_at) VALUES ${Array.from({ length: rows }, (_, index) => rowText(index)).join(', ')}`

/** Fills the table by way of `url`, then has the server look at it by way of `superuserUrl`. */
export const loadPeople = async (url: string, superuserUrl: string): Promise<void> => {
  await withClient(url, async client => {
    for (let first = 1; first <= PEOPLE; first += ROWS_A_STATEMENT) {
      const rows = Array.from({ length: Math.min(ROWS_A_STATEMENT, PEOPLE - first + 1) }, (_, index) => person(first + index))
      await client.query(insertText(rows.length), rows.flat())
    }
  })
  await withClient(superuserUrl, async client => {
    const { rows } = await client.query<{ plain: string }>(`SELECT count(*) AS plain FROM people WHERE email LIKE '%@%'`)
    if (rows[0]?.plain !== '0') throw new Error('rows were stored in plain text')
    await client.query('VACUUM ANALYZE people')
  })
}
