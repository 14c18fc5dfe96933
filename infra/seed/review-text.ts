import { rand } from '@ngneat/falso'

const openings = [
  'I came back to TITLE after years and it holds up.',
  'Everybody told me to start with TITLE, and for once everybody was right.',
  'TITLE takes its time, and that is the point.',
  'I expected little of TITLE and stayed up until two.',
  'There are better known ones, but TITLE is the one I lend to friends.',
  'TITLE divides people. I am on the warm side.',
]

const middles = [
  'The quiet scenes carry more than the loud ones.',
  'The supporting cast does half of the work and gets none of the credit.',
  'It trusts its audience, which is rarer than it should be.',
  'The second half loses its thread for a while, then finds a stronger one.',
  'The dialogue sounds like people and not like writers.',
  'What stays is the sense of place.',
]

const endings = [
  'I would go again tomorrow.',
  'Not flawless, but honest.',
  'Give it half an hour before you judge.',
  'I have thought about the ending all week.',
  'Best enjoyed with somebody to argue with.',
  'It earned its place on the shelf.',
]

const titles = [
  'Worth the evening',
  'Better than its fame',
  'Slow, then all at once',
  'A second look',
  'For patient people',
  'Still thinking about it',
]

/** Title and body of a demo review, from falso's seeded choice. */
export const reviewText = (workTitle: string): { readonly title: string; readonly body: string } => ({
  title: rand(titles),
  body: [rand(openings).replace('TITLE', () => workTitle), rand(middles), rand(endings)].join(' '),
})
