import t from 'tap'
import { NameTable } from '../../src/session/name-table.js'

t.test('what is ahead holds until the server refuses it', t => {
  const table = new NameTable<number>(10)
  table.commit('a', 1)
  table.rewind()
  table.setAhead('b', 2)
  table.deleteAhead('a')
  t.equal(table.ahead('a'), undefined)
  t.equal(table.ahead('b'), 2)
  table.rewind()
  t.equal(table.ahead('a'), 1)
  t.equal(table.ahead('b'), undefined)
  t.end()
})

t.test('without a name all entries go', t => {
  const table = new NameTable<number>(10)
  table.commit('a', 1)
  table.rewind()
  table.setAhead('b', 2)
  table.deleteAhead(undefined)
  t.equal(table.ahead('b'), undefined)
  table.uncommit(undefined)
  table.rewind()
  t.equal(table.ahead('a'), undefined)
  t.end()
})

t.test('it says when it is full', t => {
  const table = new NameTable<number>(2)
  table.setAhead('a', 1)
  t.equal(table.isFull, false)
  table.setAhead('b', 2)
  t.equal(table.isFull, true)
  table.setAhead('b', 3)
  t.equal(table.ahead('b'), 3)
  t.end()
})
