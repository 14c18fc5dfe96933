import type { PageAnswer } from '@vibely/kit/subgraph'
import type { CapturedMail, CapturedMails } from './captured.ts'
import { escapeHtml } from './mail.ts'

type Page = (query: URLSearchParams) => Promise<PageAnswer>

/** The captured mails as a page for people and as JSON for programs; both send what is queued first. `?to=` picks an address. */
export function mailPages(mails: CapturedMails, drain: () => Promise<void>): Readonly<Record<string, Page>> {
  const find = async (query: URLSearchParams) => {
    await drain()
    return mails.list(query.get('to'))
  }
  return {
    '/dev/mail': async (query) => ({ status: 200, type: 'text/html; charset=utf-8', body: htmlPage(await find(query)) }),
    '/dev/mail.json': async (query) => ({ status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(await find(query)) }),
  }
}

// The text is shown, not the HTML part: a mail must not run anything in a developer's browser. Links in it can be followed.
const withLinks = (text: string) => escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (link) => `<a href="${link}">${link}</a>`)

const article = ({ to, subject, text, at }: CapturedMail) => `<article>
<h2>${escapeHtml(subject)}</h2>
<p>To <a href="?to=${encodeURIComponent(to)}">${escapeHtml(to)}</a>, <time>${escapeHtml(at)}</time></p>
<pre>${withLinks(text)}</pre>
</article>`

const htmlPage = (mails: readonly CapturedMail[]) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Captured mail</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
article { border-top: 1px solid #8888; padding: 1rem 0 } h2 { font-size: 1.1rem; margin: 0 } p { margin: 0; opacity: .8 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style>
<h1>Captured mail</h1>
<p>Mails that this installation did not send, newest first.</p>
${mails.map(article).join('\n') || '<p>None yet.</p>'}
</html>`
