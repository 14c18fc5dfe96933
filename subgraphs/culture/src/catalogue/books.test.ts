import assert from 'node:assert/strict'
import { test } from 'node:test'
import { booksOf, readBookRows } from './books.ts'

const books = booksOf(readBookRows())
const authors = (title: string) => books.find((book) => book.title === title)?.people.map(({ name }) => name)

test('all books of the package are there, the same every time', () => {
  assert.equal(books.length, 140)
  assert.deepEqual(booksOf(readBookRows()), books)
})

test('each book has an author and a genre', () => {
  assert.deepEqual(
    books.filter(({ people, genres }) => people.length === 0 || genres.length !== 1),
    [],
  )
})

test('two authors in one field are two people', () => {
  assert.deepEqual(authors('Molesworth'), ['Geoffrey Willans', 'Ronald Searle'])
})

test('initials get their stops', () => {
  assert.deepEqual(authors('The Lord of the Rings'), ['J. R. R. Tolkien'])
  assert.deepEqual(authors('Do Androids Dream of Electric Sheep?'), ['Philip K. Dick'])
  assert.deepEqual(authors('Three Men in a Boat'), ['Jerome K. Jerome'])
})

test('lost accents, letters and articles come back', () => {
  assert.deepEqual(authors('Jane Eyre'), ['Charlotte Brontë'])
  assert.ok(authors('Les Misérables'))
  assert.ok(authors('A Judgement in Stone'))
  assert.ok(authors('Jimmy Corrigan, The Smartest Kid on Earth'))
})

test('apostrophes are plain', () => {
  assert.ok(authors("Breakfast at Tiffany's"))
  assert.deepEqual(
    books.filter(({ title }) => title.includes('’')),
    [],
  )
})
