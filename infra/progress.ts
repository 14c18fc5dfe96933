import type { Report } from './native/server.ts'

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

interface Running {
  readonly title: string
  readonly since: number
  note: string
  noted: number
}

/** Without a terminal a line stays, so a step says something at most this often. */
const PLAIN_PAUSE_MS = 3_000
const FRAMES = ['|', '/', '-', '\\']

/** Shows steps while they run, several at once, and the time each took. Without a terminal: one plain line for each thing that happens. */
export class Progress {
  readonly #out: Output
  readonly #running = new Set<Running>()
  readonly #taken: { title: string; seconds: number }[] = []
  #drawnLines = 0
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(out: Output = process.stdout) {
    this.#out = out
  }

  /** Runs one step. What it reports stands beside its title until it is done. */
  step = async <T>(title: string, work: (report: Report) => Promise<T>): Promise<T> => {
    const entry: Running = { title, since: Date.now(), note: '', noted: 0 }
    this.#running.add(entry)
    this.#animate()
    try {
      const result = await work((note) => this.#report(entry, note))
      const seconds = (Date.now() - entry.since) / 1000
      this.#taken.push({ title, seconds })
      this.#finish(entry, `  done  ${title} (${seconds.toFixed(1)} s)`)
      return result
    } catch (error) {
      this.#finish(entry, `  FAILED  ${title}`)
      throw error
    }
  }

  /** Prints a line above the running steps. */
  say(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
    this.#draw()
  }

  /** What each finished step took. */
  get taken(): readonly { title: string; seconds: number }[] {
    return this.#taken
  }

  #report(entry: Running, note: string): void {
    entry.note = note
    if (this.#out.isTTY || Date.now() - entry.noted < PLAIN_PAUSE_MS) return
    entry.noted = Date.now()
    this.#out.write(`        ${entry.title}: ${note}\n`)
  }

  #finish(entry: Running, line: string): void {
    this.#running.delete(entry)
    this.say(line)
    if (this.#running.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #animate(): void {
    if (!this.#out.isTTY || this.#timer) return
    this.#timer = setInterval(() => {
      this.#frame += 1
      this.#clear()
      this.#draw()
    }, 120).unref()
  }

  #clear(): void {
    if (this.#drawnLines > 0) this.#out.write(`\x1b[${this.#drawnLines}A\x1b[0J`)
    this.#drawnLines = 0
  }

  #draw(): void {
    if (!this.#out.isTTY) return
    const lines = [...this.#running].map(({ title, since, note }) => {
      const text = `  ${FRAMES[this.#frame % FRAMES.length]}     ${title} ${Math.round((Date.now() - since) / 1000)} s${note ? `: ${note}` : ''}`
      return text.slice(0, (this.#out.columns || 80) - 1) // a wrapped line would break the count of lines to clear
    })
    this.#drawnLines = lines.length
    if (lines.length > 0) this.#out.write(`${lines.join('\n')}\n`)
  }
}
