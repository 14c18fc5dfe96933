import type { PageAnswer } from '@vibely/kit/subgraph'

// Where the link of the mail leads while no web app answers it. A mail scanner that follows links must not confirm anything, so it
// takes a press of the button; the token is read by the script and never written into the page.
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>Confirm your address</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto; padding: 0 1rem; color-scheme: light dark }</style>
<h1>Confirm your address</h1>
<p id="answer" role="status">Press the button and your Vibely account is active.</p>
<button id="confirm">Confirm</button>
<script>
const query = 'mutation ConfirmAddress($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { username } userErrors { message } } }'
const say = (text) => { document.getElementById('answer').textContent = text }
document.getElementById('confirm').onclick = async (event) => {
  event.target.disabled = true
  try {
    const token = new URLSearchParams(location.search).get('token') ?? ''
    const body = JSON.stringify({ query, operationName: 'ConfirmAddress', variables: { input: { token } } })
    const answer = await (await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json()
    const outcome = answer.data?.verifyEmail
    say(outcome?.user ? 'Welcome, ' + outcome.user.username + '. Your address is confirmed.' : (outcome?.userErrors[0] ?? answer.errors[0]).message)
  } catch {
    say('The server did not answer. Try again.')
    event.target.disabled = false
  }
}
</script>
</html>`

/** The page behind the link of a verification mail. */
export const verifyPage = async (): Promise<PageAnswer> => ({ status: 200, type: 'text/html; charset=utf-8', body: PAGE })
