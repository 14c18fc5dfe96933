import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FilmRow, filmsOf, readFilmRows } from './films.ts'

const rows = await readFilmRows()
const films = filmsOf(rows)

const film = (title: string, year?: string) => {
  const [found, ...others] = films.filter((one) => one.title === title && (!year || one.releasedOn?.startsWith(year)))
  assert.ok(found, `${title} is there`)
  assert.equal(others.length, 0, `${title} is there once`)
  return found
}

const row = (fields: Partial<FilmRow>): FilmRow => ({
  Title: 'Heat',
  'Release Date': 'Dec 15 1995',
  'Running Time min': null,
  'Major Genre': null,
  'Creative Type': null,
  Director: null,
  'IMDB Votes': null,
  ...fields,
})

test('the package has the errors that the docstring lists, in these numbers', () => {
  const count = (holds: (row: FilmRow) => boolean) => rows.filter(holds).length
  assert.equal(rows.length, 3201)
  assert.equal(
    count((one) => one.Title === null),
    1,
  )
  assert.equal(
    count((one) => typeof one.Title === 'number'),
    9,
  )
  assert.equal(
    count((one) => Number(one['Release Date'].slice(-4)) > 2011),
    22,
  )
  assert.equal(
    count((one) => one['Release Date'].startsWith('Dec 31')),
    87,
  )
  assert.equal(
    count((one) => one['Release Date'].startsWith('Jan 01')),
    18,
  )
  assert.equal(
    count((one) => !/^[A-Z][a-z]{2} \d\d \d{4}$/.test(one['Release Date'])),
    0,
  )
  assert.equal(
    count((one) => one['Major Genre'] === null),
    275,
  )
  assert.equal(films.filter((one) => one.genres.length === 0).length, 275 - 15)
  assert.equal(
    count((one) => one.Director === null),
    1331,
  )
  assert.equal(
    count((one) => one['Running Time min'] === null),
    1992,
  )
})

test('every film is there once: all rows but the nameless one and the second Fantasia 2000', () => {
  assert.equal(films.length, 3199)
  film('Fantasia 2000')
})

test('titles that are numbers are text', () => {
  for (const title of ['1776', '1941', '1408', '2012', '2046', '21', '300', '9', '54']) film(title)
})

test('titles are repaired where their encoding was mistaken, and only there', () => {
  for (const title of ['Léon', 'Les Bronzés 3: amis pour la vie', 'The Naked Gun 2½: The Smell of Fear', 'Joyeux Noël', 'Die Fälscher'])
    film(title)
  for (const title of ['Alien³', 'Ri¢hie Ri¢h', "I Love You … Don't Touch Me!"]) film(title)
})

test('titles lose notes and doubled blanks and get their article back', () => {
  film('King Kong', '1933')
  film('The Charge of the Light Brigade', '1936')
  film('Halloween: The Curse of Michael Myers')
  film('Precious (Based on the Novel Push by Sapphire)')
})

test('dates of the future are a century older, true ones of 2011 stay', () => {
  assert.equal(film('The Wizard of Oz').releasedOn, '1939-08-25')
  assert.equal(film('Intolerance').releasedOn, '1916-09-05')
  assert.equal(film('Restless').releasedOn, '2011-01-28')
  assert.equal(films.filter(({ releasedOn }) => !releasedOn || releasedOn < '1915' || releasedOn > '2012').length, 0)
})

test('placeholder days leave the year alone', () => {
  assert.equal(film('Notorious', '1945').releasedOn, '1945')
  assert.equal(film('Titanic').releasedOn, '1997-12-19')
})

test('a genre comes from the creative type too, and unknown things stay unknown', () => {
  const [both, one, none] = filmsOf([
    row({ Title: 'A', 'Major Genre': 'Action', 'Creative Type': 'Science Fiction' }),
    row({ Title: 'B', 'Creative Type': 'Super Hero' }),
    row({ Title: 'C', 'Creative Type': 'Contemporary Fiction' }),
  ])
  assert.deepEqual(both?.genres, ['action', 'science-fiction'])
  assert.deepEqual(one?.genres, ['superhero'])
  assert.deepEqual(none?.genres, [])
  assert.deepEqual(none?.people, [])
  assert.equal(none?.runtimeMinutes, null)
})
